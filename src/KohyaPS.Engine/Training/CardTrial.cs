using System.Globalization;
using System.Runtime.CompilerServices;
using KohyaPS.Engine.Configuration;
using KohyaPS.Engine.Runtime;
using KohyaPS.Files;
using KohyaPS.Runtime;
using KohyaPS.Safetensors;

namespace KohyaPS.Engine.Training;

/// <summary>Trains a very small model for a few steps on the card and on the processor and compares: what Test-LoraEnvironment -Gpu does.</summary>
public static class CardTrial
{
    private const string ConfigName = "robot.yaml";
    private const string PictureFolder = "pictures";
    private const int Steps = 20;
    private const int WarmUpSteps = 5;

    // Rounding differs by some 1e-6 in each step, and each of the twenty updates carries it on. Measured: 3e-7.
    private const double MaxLossDifference = 1e-4;

    /// <summary>All checks of the card, or one that says why there are none.</summary>
    /// <param name="demoFolder">The folder of the demo: its configuration, its model and its pictures.</param>
    public static IEnumerable<EnvironmentCheck> Run(string demoFolder)
    {
        ArgumentNullException.ThrowIfNull(demoFolder);
        if (!File.Exists(Path.Combine(demoFolder, ConfigName)))
            return [new("GPU training", EnvironmentStatus.Failed, $"'{demoFolder}' has no {ConfigName}", "Install the module again by copying its whole folder: it brings the small model that is trained here.")];
        try
        {
            NativeLibraries.Load();
        }
        catch (TrainingException e)
        {
            return [new("GPU training", EnvironmentStatus.Failed, "the native libraries do not load", e.Message)];
        }
        return NativeLibraries.Loaded!.Files.Backend == NativeBackend.Cuda
            ? Compare(demoFolder)
            : [new("GPU training", EnvironmentStatus.Warning, "this process has loaded the libraries for the processor", "Run Install-LoraRuntime and start PowerShell anew, without KOHYAPS_BACKEND=Cpu.")];
    }

    /// <summary>The runs on two devices; for tests also on one.</summary>
    internal static IEnumerable<EnvironmentCheck> CompareTrainings(string demoFolder)
    {
        var work = Directory.CreateTempSubdirectory("kohyaps-gpu-").FullName;
        try
        {
            var config = Config(demoFolder, work);
            var card = Train(config, "card", onProcessor: false);
            var checkpointed = Train(config with { Training = config.Training with { GradientCheckpointing = true } }, "checkpointed", onProcessor: false);
            var processor = Train(config, "processor", onProcessor: true);
            return [Judge("GPU training", card, processor), Judge("GPU checkpointing", checkpointed, processor)];
        }
        finally
        {
            Disk.Remove(work);
        }
    }

    // Apart from Run: its code mentions TorchSharp, whose first use must come after the load.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static IEnumerable<EnvironmentCheck> Compare(string demoFolder)
    {
        var device = TorchRuntime.Start().Device;
        return device.IsCard
            ? [.. new CardProbe(device.Device, TorchRuntime.Cuda).Run(), .. CompareTrainings(demoFolder)]
            : [new("GPU training", EnvironmentStatus.Failed, device.Notice!, "Install NVIDIA's driver (570 or later); see the GPU lines above.")];
    }

    private static LoraConfig Config(string demoFolder, string work)
    {
        var pictures = Directory.CreateDirectory(Path.Combine(work, "img", "10_shs robot")).FullName;
        foreach (var file in Directory.EnumerateFiles(Path.Combine(demoFolder, PictureFolder)))
            File.Copy(file, Path.Combine(pictures, Path.GetFileName(file)));
        var demo = ConfigFiles.Read(Path.Combine(demoFolder, ConfigName));
        return demo with
        {
            Folders = demo.Folders with { TrainDataDir = Path.GetDirectoryName(pictures), LoggingDir = null },
            Training = demo.Training with { MaxTrainSteps = Steps },
            // Both in float32, so that rounding is all that differs.
            Runtime = demo.Runtime with { MixedPrecision = MixedPrecision.No },
        };
    }

    private static Trial Train(LoraConfig config, string name, bool onProcessor)
    {
        var output = Path.Combine(Path.GetDirectoryName(config.Resolve(config.Folders.TrainDataDir))!, name);
        var (losses, seconds) = (new List<double>(), new List<double>());
        var request = new TrainingRequest(config with { Folders = config.Folders with { OutputDir = output } }) { OnProcessor = onProcessor };
        var result = LoraTrainer.Run(request, Listen, CancellationToken.None, CancellationToken.None);
        return new(result, losses, seconds);

        void Listen(TrainingEvent e)
        {
            if (e is not StepDone step)
                return;
            losses.Add(step.Loss);
            seconds.Add(step.StepSeconds);
        }
    }

    private static EnvironmentCheck Judge(string name, Trial card, Trial processor)
    {
        if (new[] { card, processor }.FirstOrDefault(t => !t.Result.Succeeded) is { } failed)
            return new(name, EnvironmentStatus.Failed, $"ended with {failed.Result.ExitCode}", failed.Result.Message!);
        var difference = card.Losses.Zip(processor.Losses).Max(pair => Math.Abs(pair.First - pair.Second) / Math.Abs(pair.Second));
        var weights = WeightDifference(card.Result.NetworkPath!, processor.Result.NetworkPath!);
        var value = string.Create(CultureInfo.InvariantCulture,
            $"{Steps} steps of the demo's model: losses differ by {difference:0.0e+0}, the LoRAs by {weights:0.0e+0} of their size; {card.StepsPerSecond:0.0} steps/s, processor {processor.StepsPerSecond:0.0}");
        return difference <= MaxLossDifference
            ? new(name, EnvironmentStatus.Ok, value)
            : new(name, EnvironmentStatus.Failed, value, $"The card computes other numbers than the processor (more than {MaxLossDifference:0e+0}). Update NVIDIA's driver; set KOHYAPS_BACKEND=Cpu to train on the processor, and report the card's name.");
    }

    // The root mean square difference of all values as a share of their root mean square.
    private static double WeightDifference(string left, string right)
    {
        using var a = SafetensorsFile.Open(left);
        using var b = SafetensorsFile.Open(right);
        var (difference, size) = (0.0, 0.0);
        foreach (var entry in a.Entries)
        {
            var (x, y) = (a.ReadFloats(entry.Name), b.ReadFloats(entry.Name));
            for (var i = 0; i < x.Length; i++)
                (difference, size) = (difference + Square(x[i] - y[i]), size + Square(y[i]));
        }
        return Math.Sqrt(difference / size);
    }

    private static double Square(double value) => value * value;

    private sealed record Trial(TrainingResult Result, IReadOnlyList<double> Losses, IReadOnlyList<double> Seconds)
    {
        public double StepsPerSecond => 1 / Seconds.Skip(WarmUpSteps).Average();
    }
}
