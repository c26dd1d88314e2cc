using KohyaPS.Conformance;
using KohyaPS.Engine.Runtime;

// KohyaPS.Conformance [--goldens <root>] [--family a,b] [--full] [--report <file>]: one line a family; exit 1 when a case failed.
var root = GoldenRoot.Path;
var wanted = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
var full = GoldenRoot.IsFullRun;
string? reportFile = null;
for (var i = 0; i < args.Length; i++)
{
    var value = i + 1 < args.Length ? args[i + 1] : null;
    switch (args[i])
    {
        case "--full":
            full = true;
            continue;
        case "--goldens" when value is not null:
            root = Path.GetFullPath(value);
            break;
        case "--family" when value is not null:
            wanted.UnionWith(value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
            break;
        case "--report" when value is not null:
            reportFile = value;
            break;
        default:
            return Refuse($"'{args[i]}' is unknown or lacks its value. Known: --goldens <root>, --family a,b, --full, --report <file>.");
    }
    i++;
}
if (!Directory.Exists(root))
    return Refuse($"There is no folder '{root}'. Pass --goldens <root>: the folder that holds one folder a family.");
foreach (var name in wanted.Where(w => GoldenFamily.All.All(f => !f.Name.Equals(w, StringComparison.OrdinalIgnoreCase))))
    return Refuse($"No family is called '{name}'. Families: {string.Join(", ", GoldenFamily.All.Select(f => f.Name))}.");

// As in a training: the numbers must hold with the libraries, allocator and threads that users get.
TorchRuntime.Start();
var reports = new List<FamilyReport>();
foreach (var family in GoldenFamily.All.Where(f => wanted.Count == 0 || wanted.Contains(f.Name)))
{
    var report = FamilyReport.Run(family, root, full);
    foreach (var bad in report.Of(GoldenOutcome.Failed))
        Console.Error.WriteLine($"{family.Name}/{bad.Id}: {bad.Message}");
    foreach (var (reason, count) in report.SkipReasons)
        Console.Error.WriteLine($"{family.Name}: {count} skipped: {reason}");
    Console.WriteLine(report.Line);
    reports.Add(report);
}
if (reportFile is not null)
    ConformancePage.Write(reportFile, reports);
return reports.Any(report => report.Of(GoldenOutcome.Failed).Any()) ? 1 : 0;

static int Refuse(string message)
{
    Console.Error.WriteLine(message);
    return 2;
}
