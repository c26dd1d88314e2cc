using KohyaPS.Conformance;
using KohyaPS.Engine.Configuration;
using KohyaPS.Engine.Training;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;

namespace KohyaPS.Engine.Tests.Training;

/// <summary>
/// Trainings of the demo's small model on a few small pictures, in a temporary folder: enough to see what a setting changes.
/// </summary>
internal sealed class SmallTraining : IDisposable
{
    private const int Side = 64;
    private static readonly string demo = Path.Combine(GoldenRoot.Checkout, "examples", "demo");
    private int runs;

    /// <summary>Three pictures with captions of several tags in train/img/1_shs robot.</summary>
    public SmallTraining(bool withPictures = true)
    {
        if (!withPictures)
            return;
        Picture("train/img/1_shs robot/a.png", 10, width: 100, height: 100);
        Picture("train/img/1_shs robot/b.png", 90, width: 330, height: 130);
        Picture("train/img/1_shs robot/c.png", 170, width: 100, height: 180);
        Text("train/img/1_shs robot/a.txt", "shs robot, red arm, blue sky, standing, (smile:1.4)\nshs robot from behind");
        Text("train/img/1_shs robot/b.txt", "shs robot, sitting, night, {lamp|moon}, forest");
        Text("train/img/1_shs robot/c.txt", "shs robot, walking, rain, umbrella, street");
    }

    /// <summary>The temporary folder.</summary>
    public string Root { get; } = Directory.CreateTempSubdirectory("kohyaps-train-").FullName;

    /// <summary>What a training of a few steps came to.</summary>
    /// <param name="Losses">The loss of each step.</param>
    /// <param name="Result">The result.</param>
    /// <param name="Network">The bytes of the network's tensors, by name.</param>
    public sealed record Outcome(IReadOnlyList<double> Losses, TrainingResult Result, IReadOnlyDictionary<string, byte[]> Network)
    {
        /// <summary>True where both trained the same weights, bit for bit.</summary>
        public bool HasSameNetwork(Outcome other) => Network.Count == other.Network.Count && Network.All(tensor => tensor.Value.AsSpan().SequenceEqual(other.Network[tensor.Key]));
    }

    /// <summary>The path of a file below the temporary folder.</summary>
    public string At(string path) => Path.Combine(Root, path.Replace('/', Path.DirectorySeparatorChar));

    /// <summary>Writes a picture with a slanted pattern, optionally half transparent to the right.</summary>
    public void Picture(string path, int seed, int width = Side, int height = Side, bool isHalfTransparent = false)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(path))!);
        using var image = new Image<Rgba32>(width, height);
        image.ProcessPixelRows(rows =>
        {
            for (var y = 0; y < height; y++)
                for (var x = 0; x < width; x++)
                    rows.GetRowSpan(y)[x] = new((byte)(seed + 2 * x), (byte)(seed + x + y), (byte)(seed * 3 + y), isHalfTransparent && x >= width / 2 ? (byte)0 : (byte)255);
        });
        image.Save(At(path));
    }

    /// <summary>Writes a text file.</summary>
    public void Text(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(path))!);
        File.WriteAllText(At(path), text);
    }

    /// <summary>A configuration of seven steps, in buckets of 64x64, 128x64 and 64x128; settings are given as in a YAML file.</summary>
    public LoraConfig Config(params (string Setting, object? Value)[] settings)
    {
        var config = ConfigFiles.Read(Path.Combine(demo, "robot.yaml"));
        (string, object?)[] basics =
        [
            ("pretrained_model_name_or_path", Path.Combine(demo, "mini-sd.safetensors")), ("train_data_dir", At("train/img")), ("output_dir", At($"out{++runs}")), ("logging_dir", null),
            ("resolution", "128,64"), ("enable_bucket", true), ("bucket_no_upscale", false), ("min_bucket_reso", 64), ("max_bucket_reso", 128),
            ("train_batch_size", 1), ("max_train_steps", 7), ("network_dim", 2), ("lr_warmup_steps", 0), ("caption_extension", ".txt"),
        ];
        return basics.Concat(settings).Aggregate(config with { BaseFolder = Root }, (c, s) => c.With(s.Item1, s.Item2));
    }

    /// <summary>Trains, and fails the test when the training does not end well.</summary>
    public Outcome Train(params (string Setting, object? Value)[] settings) => Train(Config(settings));

    /// <inheritdoc cref="Train(ValueTuple{string, object}[])"/>
    public static Outcome Train(LoraConfig config)
    {
        var losses = new List<double>();
        var result = Run(config, e =>
        {
            if (e is StepDone step)
                losses.Add(step.Loss);
        });
        Assert.True(result.Succeeded, result.Message);
        return new(losses, result, Tensors(result.NetworkPath!));
    }

    /// <summary>The bytes of a network's tensors, by name.</summary>
    public static IReadOnlyDictionary<string, byte[]> Tensors(string networkPath)
    {
        using var file = KohyaPS.Safetensors.SafetensorsFile.Open(networkPath);
        return file.Entries.ToDictionary(e => e.Name, e => file.Bytes(e).ToArray());
    }

    /// <summary>Runs a training to its end, whatever that is.</summary>
    public static TrainingResult Run(LoraConfig config, Action<TrainingEvent>? report = null, CancellationTokenSource? stop = null, CancellationTokenSource? abandon = null)
    {
        Environment.SetEnvironmentVariable("KOHYAPS_RUNS", Path.Combine(config.BaseFolder, "runs"));
        return LoraTrainer.Run(new(config), report ?? (_ => { }), stop?.Token ?? CancellationToken.None, abandon?.Token ?? CancellationToken.None);
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
