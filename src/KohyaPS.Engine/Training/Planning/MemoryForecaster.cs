using KohyaPS.Engine.Checkpoints;
using KohyaPS.Engine.Models.Unet;
using KohyaPS.Engine.Networks;
using KohyaPS.Engine.Training.Setup;

namespace KohyaPS.Engine.Training.Planning;

/// <summary>Forecasts the memory of a training from the shapes in the model's header, the settings and the number of pictures.</summary>
internal static class MemoryForecaster
{
    private const long Mebibyte = 1L << 20;
    private const string FinalNorm = "text_model.final_layer_norm.weight";

    // Measured on Linux: PowerShell, .NET, libtorch's code and its thread pool (550 with mini-sd), and what operations need for themselves and
    // the allocator keeps (250 with the shapes of SD1.5 at 512x512, in both types, with and without checkpointing; docs/benchmarks.md).
    private const long ProcessBytes = 800 * Mebibyte;

    // Parameter, gradient, and the two moments of Adam, all float32.
    private const long BytesOfParameter = 4 * sizeof(float);

    /// <summary>What is said where there is no model to look at.</summary>
    public static MemoryForecast Nothing { get; } = new() { Weights = 0, Network = 0, Activations = 0, Caches = 0, Process = 0 };

    /// <summary>The forecast.</summary>
    /// <param name="config">Precision, caching, checkpointing, ranks.</param>
    /// <param name="checkpoint">The model; only shapes are read.</param>
    /// <param name="datasets">Pictures and buckets.</param>
    public static MemoryForecast Forecast(LoraConfig config, Checkpoint checkpoint, PlannedDatasets datasets)
    {
        var bytesOfValue = config.Runtime.MixedPrecision is MixedPrecision.No ? 4 : 2;
        var unet = checkpoint[ModelPart.Unet];
        var texts = ModelParts.TextEncoders(checkpoint.Family).Select(part => checkpoint[part]).ToList();
        var targets = StoredTargets.Of(checkpoint.Family, texts.Append(unet).ToDictionary(p => p.Part, p => (ITensorStore)p.Tensors));
        var plan = NetworkChoice.Plan(config, targets);
        var trainsText = plan.Adapters.Any(a => a.Target.Part != NetworkPart.Unet);
        var weights = StoredBytes(unet.Tensors, bytesOfValue, config) + (trainsText ? texts.Sum(t => StoredBytes(t.Tensors, bytesOfValue, config)) : 0);
        if (!config.Caching.KeepsLatents)
            weights += Count(checkpoint[ModelPart.Vae].Tensors) * sizeof(float);
        var parameters = plan.Adapters.Sum(a => a.ParameterCount(config.Network.NetworkModule));
        return new()
        {
            Weights = weights,
            Network = parameters * BytesOfParameter,
            Activations = Activations(config, unet, datasets, bytesOfValue),
            Caches = (config.Caching.KeepsLatents && !config.Caching.CacheLatentsToDisk ? LatentBytes(datasets) : 0) + (trainsText || config.Caching.CacheTextEncoderOutputsToDisk ? 0 : TextBytes(config, texts, datasets, bytesOfValue)),
            Process = ProcessBytes,
        };
    }

    private static long Activations(LoraConfig config, CheckpointPart unet, PlannedDatasets datasets, int bytesOfValue)
    {
        if (datasets.Epochs is not { } epochs)
            return 0;
        var forecast = new ActivationForecast(unet.Tensors, UnetConfig.Read(unet.Config).HeadsAt);
        return epochs.Datasets.SelectMany(d => d.Buckets).Select(bucket =>
        {
            var (width, height) = (bucket.Size.Width / 8, bucket.Size.Height / 8);
            var values = config.Training.GradientCheckpointing
                ? forecast.CheckpointedValues(width, height)
                : forecast.Values(width, height);
            return values * bytesOfValue * Math.Min(bucket.BatchSize, bucket.SampleCount);
        }).DefaultIfEmpty(0).Max();
    }

    // Mean and deviation, four channels of float32, at an eighth of each side.
    private static long LatentBytes(PlannedDatasets datasets) => datasets.Epochs is not { } epochs
        ? 0
        : epochs.Datasets.SelectMany(d => d.Images).Sum(i => 2L * 4 * sizeof(float) * (i.Assignment.Bucket.Width / 8) * (i.Assignment.Bucket.Height / 8));

    // What each caption says: a state for every token and encoder; the pooled text is small beside it.
    private static long TextBytes(LoraConfig config, IEnumerable<CheckpointPart> texts, PlannedDatasets datasets, int bytesOfValue)
    {
        var width = texts.Sum(t => t.Tensors.Contains(FinalNorm) ? t.Tensors.Shape(FinalNorm)[0] : 0);
        var captions = datasets.Epochs?.Datasets.SelectMany(d => d.Images).Select(i => i.Image.Caption.Text).Distinct().LongCount() ?? 0;
        return captions * (config.Captions.MaxTokenLength + 2) * width * bytesOfValue;
    }

    // The matrices of transformers may have one byte a number, and a scale a row.
    private static long StoredBytes(MappedStore store, int bytesOfValue, LoraConfig config) => config.Runtime.BaseStorage == BaseStorage.Full
        ? Count(store) * bytesOfValue
        : store.Names.Sum(name => store.Shape(name) is [var rows, var columns] && IsPacked(name) ? rows * (columns + bytesOfValue) : store.Shape(name).Aggregate(1L, (product, d) => product * d) * bytesOfValue);

    private static bool IsPacked(string name) => name.EndsWith(".weight", StringComparison.Ordinal)
        && (name.Contains(".attentions.", StringComparison.Ordinal) || name.Contains(".encoder.layers.", StringComparison.Ordinal));

    private static long Count(MappedStore store) => store.Names.Sum(n => store.Shape(n).Aggregate(1L, (product, d) => product * d));
}
