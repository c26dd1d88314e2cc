using System.Globalization;
using KohyaPS.Benchmarks;
using KohyaPS.Benchmarks.FullSize;

// KohyaPS.Benchmarks [name [options...]]: all benchmarks, or one of them.
CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is [FullSizeRun.Command, .. var run])
    return FullSizeRun.Execute(run);
var chosen = args is [var name, ..] ? [.. Benchmark.All.Where(b => b.Name.Equals(name, StringComparison.OrdinalIgnoreCase))] : Benchmark.All;
if (chosen.Count == 0)
{
    Console.Error.WriteLine($"There is no benchmark '{args[0]}'. Known:");
    foreach (var known in Benchmark.All)
        Console.Error.WriteLine($"  {known.Name,-12} {known.Description}");
    return 2;
}
foreach (var benchmark in chosen)
{
    Console.WriteLine($"> {benchmark.Name}: {benchmark.Description}");
    benchmark.Run([.. args.Skip(1)]);
}
return 0;
