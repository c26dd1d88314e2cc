using KohyaPS.Benchmarks.FullSize;
using KohyaPS.Benchmarks.Optimizers;
using KohyaPS.Benchmarks.Storage;

namespace KohyaPS.Benchmarks;

/// <summary>
/// Something that is measured and printed. A benchmark asserts no time: it prints ratios of what was measured in the same run, since machines differ.
/// </summary>
internal abstract class Benchmark
{
    /// <summary>Every benchmark, in the order of the run. Add a new one here.</summary>
    public static IReadOnlyList<Benchmark> All { get; } =
    [
        FullSizeBenchmark.Sd15,
        FullSizeBenchmark.Sdxl,
        new OptimizerBenchmark(),
        new StorageBenchmark(),
    ];

    /// <summary>What it is called on the command line.</summary>
    public abstract string Name { get; }

    /// <summary>What it measures, in one line.</summary>
    public abstract string Description { get; }

    /// <summary>Measures and prints.</summary>
    /// <param name="options">The words after the name, for instance <c>fp32</c> to run a part of it.</param>
    public abstract void Run(IReadOnlyList<string> options);
}
