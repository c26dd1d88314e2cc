using System.Diagnostics;
using System.Text.Json;

namespace KohyaPS.Benchmarks.FullSize;

/// <summary>Trains a model of a published one's shapes at 512x512, batch 1, rank 16, by the product's own path: types, checkpointing, storage; SDXL at 1024x1024 too.</summary>
internal sealed class FullSizeBenchmark : Benchmark
{
    private readonly string seed;
    private readonly IReadOnlyList<FullSizeMode> offered;

    private FullSizeBenchmark(string name, string seed, string shapes, IReadOnlyList<FullSizeMode> offered)
    {
        Name = name;
        Description = $"{shapes} shapes, batch 1, rank 16: seconds a step, peak memory, share of the rate of matrix products";
        (this.seed, this.offered) = (seed, offered);
    }

    /// <summary>Stable Diffusion 1.5.</summary>
    public static FullSizeBenchmark Sd15 { get; } = new("full-size", "sd15", "SD1.5", FullSizeMode.All);

    /// <summary>SDXL.</summary>
    public static FullSizeBenchmark Sdxl { get; } = new("full-size-sdxl", "sdxl", "SDXL", FullSizeMode.Large);

    private const double Gigabyte = 1e9;

    public override string Name { get; }

    public override string Description { get; }

    public override void Run(IReadOnlyList<string> options)
    {
        var modes = offered.Where(m => options.Count == 0 || options.Contains(m.ToString())).ToList();
        using var model = new FullSizeModel(seed);
        Console.WriteLine($"{"mode",-20} {"s/step",7} {"share",6} {"peak GB",8} {"prepared",9} {"forecast",9} {"GEMM",6} {"3x3",6}   loss");
        string? runtime = null;
        foreach (var mode in modes)
        {
            var f = Measure(model, mode);
            runtime ??= f.Runtime;
            Console.WriteLine($"{f.Mode,-20} {f.Seconds,7:0.00} {f.ShareOf(GigaOperations(mode.Side)),6:0.00} {f.PeakBytes / Gigabyte,8:0.00} {f.PreparedPeakBytes / Gigabyte,9:0.00} {f.ForecastBytes / Gigabyte,9:0.00} {f.ProductRate,6:0} {f.ConvolutionRate,6:0}   {f.Loss:0.0000}");
        }
        Console.WriteLine(runtime);
    }

    // Forward and backward pass of the U-Net with rank-16 adapters on its transformers, two operations for each product of numbers, by the shapes;
    // recomputation does not count.
    private double GigaOperations(int side) => (ReferenceEquals(this, Sdxl), side) switch
    {
        (false, _) => 1730,
        (true, FullSizeMode.NativeSide) => 14300,
        _ => 3240,
    };

    private static FullSizeFigures Measure(FullSizeModel model, FullSizeMode mode)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        string[] arguments = [FullSizeRun.Command, mode.ToString(), model.Checkpoint, model.Pictures, model.Output];
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"The training '{mode}' ended with exit code {process.ExitCode}.");
        return JsonSerializer.Deserialize<FullSizeFigures>(output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1])!;
    }
}
