using System.Diagnostics;
using System.Text.Json;

namespace KohyaPS.Benchmarks.FullSize;

/// <summary>Trains the SD1.5-shaped model at 512x512, batch 1, rank 16, by the product's own path: float32 and bfloat16, with and without checkpointing.</summary>
internal sealed class FullSizeBenchmark : Benchmark
{
    private const double Gigabyte = 1e9;

    public override string Name => "full-size";

    public override string Description => "SD1.5 shapes, 512x512, batch 1, rank 16: seconds a step, peak memory, share of the rate of matrix products";

    public override void Run(IReadOnlyList<string> options)
    {
        var modes = FullSizeMode.All.Where(m => options.Count == 0 || options.Contains(m.ToString())).ToList();
        using var model = new FullSizeModel();
        Console.WriteLine($"{"mode",-20} {"s/step",7} {"share",6} {"peak GB",8} {"forecast",9} {"GEMM",6} {"3x3",6}   loss");
        string? runtime = null;
        foreach (var mode in modes)
        {
            var f = Measure(model, mode);
            runtime ??= f.Runtime;
            Console.WriteLine($"{f.Mode,-20} {f.Seconds,7:0.00} {f.Share,6:0.00} {f.PeakBytes / Gigabyte,8:0.00} {f.ForecastBytes / Gigabyte,9:0.00} {f.ProductRate,6:0} {f.ConvolutionRate,6:0}   {f.Loss:0.0000}");
        }
        Console.WriteLine(runtime);
    }

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
