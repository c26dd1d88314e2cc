using System.Text.Json;
using KohyaPS.Engine.Runtime;
using KohyaPS.Engine.Training;
using static TorchSharp.torch;

namespace KohyaPS.Benchmarks.FullSize;

/// <summary>One training of a few steps in a process of its own, so that its peak memory is its own; prints its figures as JSON.</summary>
internal static class FullSizeRun
{
    /// <summary>The word that starts this process's part.</summary>
    public const string Command = "full-size-run";

    // The first ones also wait for the code of kernels and for the hash of the model file, which another thread computes.
    private const int WarmUpSteps = 2;
    private const int MeasuredSteps = 3;

    // Minutes each.
    private const int MeasuredLargeSteps = 1;
    private const int Rank = 16;
    private const long ProductSize = 2048;
    private const long ConvolutionChannels = 320;
    private const long ConvolutionPixels = 64;

    /// <param name="args">Mode, checkpoint, pictures, output.</param>
    public static int Execute(IReadOnlyList<string> args)
    {
        var mode = FullSizeMode.All.Concat(FullSizeMode.Large).First(m => m.ToString() == args[0]);
        var config = Config(mode, args[1], args[2], Path.Combine(args[3], mode.ToString()));
        var seconds = new List<double>();
        var losses = new List<double>();
        var (forecast, prepared) = (0L, 0L);
        // On this thread, which will also measure the rates: another one would bring a second pool of worker threads.
        var result = LoraTrainer.Run(new TrainingRequest(config), e =>
        {
            switch (e)
            {
                case TrainingStarted started:
                    forecast = started.Plan.Memory.Total;
                    prepared = ProcessMemory.Peak;
                    break;
                case StepDone step:
                    seconds.Add(step.StepSeconds);
                    losses.Add(step.Loss);
                    break;
                case TrainingWarning warning:
                    Console.Error.WriteLine(warning.Message);
                    break;
            }
        }, CancellationToken.None, CancellationToken.None);
        if (result.ExitCode != TrainingExitCode.Done)
            throw new InvalidOperationException(result.Message);
        var type = mode.Precision == MixedPrecision.No ? float32 : bfloat16;
        var figures = new FullSizeFigures(
            mode.ToString(), Median(seconds.Skip(WarmUpSteps)), result.PeakMemoryBytes, prepared, forecast,
            ComputeProbe.Product(type, ProductSize), ComputeProbe.Convolution(type, ConvolutionChannels, ConvolutionPixels), losses[^1],
            TorchRuntime.Info!.ToString());
        Console.WriteLine(JsonSerializer.Serialize(figures));
        return 0;
    }

    private static LoraConfig Config(FullSizeMode mode, string checkpoint, string pictures, string output) => new()
    {
        Model = new() { PretrainedModelNameOrPath = checkpoint },
        Folders = new() { TrainDataDir = pictures, OutputDir = output, OutputName = "bench" },
        Buckets = new() { Resolution = new(mode.Side, mode.Side) },
        Network = new() { NetworkDim = Rank, NetworkAlpha = Rank, NetworkTrainUnetOnly = true },
        Training = new() { MaxTrainSteps = WarmUpSteps + (mode.Side == FullSizeMode.NativeSide ? MeasuredLargeSteps : MeasuredSteps), GradientCheckpointing = mode.UsesCheckpointing, Seed = 1 },
        Runtime = new() { MixedPrecision = mode.Precision, BaseStorage = mode.Storage },
    };

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
