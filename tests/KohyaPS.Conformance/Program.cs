using System.Globalization;
using KohyaPS.Conformance;
using KohyaPS.Engine.Runtime;

// KohyaPS.Conformance [--goldens <root>] [--family a,b] [--full]: one line a family; exit 1 when a case failed.
NativeLibraries.Load();
var root = GoldenRoot.Path;
var wanted = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
var full = GoldenRoot.IsFullRun;
for (var i = 0; i < args.Length; i++)
{
    if (args[i] == "--goldens")
        root = args[++i];
    else if (args[i] == "--family")
        wanted.UnionWith(args[++i].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
    else if (args[i] == "--full")
        full = true;
    else
        throw new ArgumentException($"Unknown argument '{args[i]}'. Known: --goldens <root>, --family a,b, --full.");
}
foreach (var name in wanted.Where(w => GoldenFamily.All.All(f => !f.Name.Equals(w, StringComparison.OrdinalIgnoreCase))))
    throw new ArgumentException($"No family is called '{name}'. Families: {string.Join(", ", GoldenFamily.All.Select(f => f.Name))}.");

var failed = false;
foreach (var family in GoldenFamily.All.Where(f => wanted.Count == 0 || wanted.Contains(f.Name)))
{
    var results = family.CasesBelow(root).Select(c => c.Run(full)).ToList();
    foreach (var bad in results.Where(r => r.Outcome == GoldenOutcome.Failed))
        Console.Error.WriteLine($"{family.Name}/{bad.Id}: {bad.Message}");
    foreach (var reason in results.Where(r => r.Outcome == GoldenOutcome.Skipped).GroupBy(r => r.Message))
        Console.Error.WriteLine($"{family.Name}: {reason.Count()} skipped: {reason.Key}");
    int Count(GoldenOutcome o) => results.Count(r => r.Outcome == o);
    var worst = results.Select(r => r.Worst).DefaultIfEmpty(0).Max();
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{family.Name}: {Count(GoldenOutcome.Passed)} passed, {Count(GoldenOutcome.Failed)} failed, {Count(GoldenOutcome.Skipped)} skipped, worst {worst:0.00}"));
    failed |= Count(GoldenOutcome.Failed) > 0;
}
return failed ? 1 : 0;
