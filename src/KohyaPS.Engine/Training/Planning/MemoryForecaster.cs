using KohyaPS.Engine.Checkpoints;
using KohyaPS.Engine.Models.Unet;
using KohyaPS.Engine.Networks;
using KohyaPS.Engine.Training.Setup;

namespace KohyaPS.Engine.Training.Planning;

/// <summary>Forecasts the memory of a training from the shapes in the model's header, the settings and the number of pictures.</summary>
internal static class MemoryForecaster
{
    private const long Mebibyte = 1L << 20;
    private const string VaeInput = "encoder.conv_in.weight";
    private const string FinalNorm = "text_model.final_layer_norm.weight";

    // Measured on Linux with the shapes of SD1.5 and SDXL (docs/benchmarks.md), in MiB: .NET, libtorch's code and its threads 250, PowerShell 250,
    // what kernels need for themselves, such as weights in oneDNN's layout, 350.
    private const long ProcessBytes = 850 * Mebibyte;

    // Measured on one card (docs/gpu.md): CUDA's context, and the work space of its libraries.
    private const long CardBytes = 850 * Mebibyte;

    // The allocator keeps freed blocks, and the next ones seldom fit exactly.
    private const double ShareOfGaps = 0.06;

    // Images of the VAE's finest level that are there at a time: of a ResBlock the input, and input and output of its convolution; one for its laying out.
    private const int VaeImages = 4;

    // Parameter and gradient.
    private const long BytesOfParameter = 2 * sizeof(float);

    /// <summary>What is said where there is no model to look at.</summary>
    public static MemoryForecast Nothing { get; } = new() { Weights = 0, Network = 0, Activations = 0, Caches = 0, Process = 0 };

    /// <summary>The forecast.</summary>
    /// <param name="config">Precision, caching, checkpointing, ranks.</param>
    /// <param name="checkpoint">The model; only shapes are read.</param>
    /// <param name="datasets">Pictures and buckets.</param>
    /// <param name="device">What computes.</param>
    public static MemoryForecast Forecast(LoraConfig config, Checkpoint checkpoint, PlannedDatasets datasets, PlannedDevice device)
    {
        var bytesOfValue = device.BytesOfValue(config.Runtime.MixedPrecision);
        var unet = checkpoint[ModelPart.Unet];
        var texts = ModelParts.TextEncoders(checkpoint.Family).Select(part => checkpoint[part]).ToList();
        var targets = StoredTargets.Of(checkpoint.Family, texts.Append(unet).ToDictionary(p => p.Part, p => (ITensorStore)p.Tensors));
        var plan = NetworkChoice.Plan(config, targets);
        var textBytes = texts.Sum(t => StoredBytes(t.Tensors, bytesOfValue, config));
        var keepsText = !config.Network.NetworkTrainUnetOnly || Images(datasets).Any(i => !HasOneCaption(i.Image.Subset.Settings));
        var (vaeBytes, imageBytes) = Encoding(config, checkpoint, datasets, bytesOfValue);
        var encodesInSteps = !config.Caching.KeepsLatents;
        long[][] shapes = [.. plan.Adapters.SelectMany(a => Shapes(a, config.Network.NetworkModule))];
        var weights = StoredBytes(unet.Tensors, bytesOfValue, config) + (keepsText ? textBytes : 0) + (encodesInSteps ? vaeBytes : 0);
        var network = shapes.Sum(Count) * BytesOfParameter + OptimizerMemory.StateBytes(config, shapes);
        var activations = new[] { Activations(config, unet, datasets, bytesOfValue, device), OptimizerMemory.StepBytes(config, shapes), encodesInSteps ? imageBytes : 0 }.Max();
        return new()
        {
            Weights = weights,
            Network = network,
            Activations = activations,
            Preparation = Math.Max(vaeBytes + (encodesInSteps ? 0 : imageBytes), textBytes + (encodesInSteps ? vaeBytes : 0)),
            Caches = (config.Caching.KeepsLatents && !config.Caching.CacheLatentsToDisk ? LatentBytes(datasets) : 0) + (keepsText || config.Caching.CacheTextEncoderOutputsToDisk ? 0 : TextBytes(config, texts, datasets, bytesOfValue)),
            Process = (device.IsCard ? CardBytes : ProcessBytes) + (long)(ShareOfGaps * (weights + network + activations)),
            IsOnCard = device.IsCard,
            Available = device.MemoryBytes,
        };
    }

    private static long Activations(LoraConfig config, CheckpointPart unet, PlannedDatasets datasets, int bytesOfValue, PlannedDevice device)
    {
        if (datasets.Epochs is not { } epochs)
            return 0;
        var forecast = new ActivationForecast(unet.Tensors, [.. unet.ExpectedNames], UnetConfig.Read(unet.Config).HeadsAt, keepsProbabilities: !device.IsCard);
        return epochs.Datasets.SelectMany(d => d.Buckets).Select(bucket =>
        {
            var (width, height) = (bucket.Size.Width / 8, bucket.Size.Height / 8);
            var values = config.Training.GradientCheckpointing
                ? forecast.CheckpointedValues(width, height)
                : forecast.Values(width, height);
            return values * bytesOfValue * Math.Min(bucket.BatchSize, bucket.SampleCount);
        }).DefaultIfEmpty(0).Max();
    }

    // OFT has one square for each block of outputs.
    private static IEnumerable<long[]> Shapes(AdapterPlan adapter, NetworkModule module) => module == NetworkModule.Oft
        ? [[adapter.Rank, adapter.Target.Outputs / adapter.Rank, adapter.Target.Outputs / adapter.Rank]]
        : [AdapterShapes.Down(adapter), AdapterShapes.Up(adapter)];

    private static bool HasOneCaption(SubsetSettings settings) => settings.TokenWarmupStep.Value == 0 && new CaptionRecipe(settings, 0).IsFixed;

    private static IEnumerable<RegisteredImage> Images(PlannedDatasets datasets) => datasets.Epochs?.Datasets.SelectMany(d => d.Images) ?? [];

    // The VAE, and the images that it makes on the way.
    private static (long Weights, long Images) Encoding(LoraConfig config, Checkpoint checkpoint, PlannedDatasets datasets, int bytesOfValue)
    {
        using var other = config.Resolve(config.Model.Vae) is { } path ? ExternalVae.Open(path, checkpoint.Family) : null;
        if ((other?.Part ?? checkpoint.Find(ModelPart.Vae))?.Tensors is not { } vae || !vae.Contains(VaeInput))
            return (0, 0);
        var bytes = config.Model.NoHalfVae ? sizeof(float) : bytesOfValue;
        var pixels = datasets.Epochs?.Datasets.SelectMany(d => d.Buckets).Select(b => (long)b.Size.Width * b.Size.Height).DefaultIfEmpty(0).Max() ?? 0;
        return (Count(vae) * bytes, VaeImages * pixels * vae.Shape(VaeInput)[0] * bytes * config.Caching.VaeBatchSize);
    }

    // Mean and deviation, four channels of float32, at an eighth of each side.
    private static long LatentBytes(PlannedDatasets datasets) => Images(datasets).Sum(i => 2L * 4 * sizeof(float) * (i.Assignment.Bucket.Width / 8) * (i.Assignment.Bucket.Height / 8));

    // What each caption says: a state for every token and encoder; the pooled text is small beside it.
    private static long TextBytes(LoraConfig config, IEnumerable<CheckpointPart> texts, PlannedDatasets datasets, int bytesOfValue)
    {
        var width = texts.Sum(t => t.Tensors.Contains(FinalNorm) ? t.Tensors.Shape(FinalNorm)[0] : 0);
        var captions = Images(datasets).Select(i => i.Image.Caption.Text).Distinct().LongCount();
        return captions * (config.Captions.MaxTokenLength + 2) * width * bytesOfValue;
    }

    // Weights of linear layers and convolutions may have one byte a number, and a scale for each output.
    private static long StoredBytes(MappedStore store, int bytesOfValue, LoraConfig config) => config.Runtime.BaseStorage == BaseStorage.Full
        ? Count(store) * bytesOfValue
        : store.Names.Sum(name => store.Shape(name) is { Length: > 1 } shape && IsPacked(name) ? Count(shape) + shape[0] * bytesOfValue : Count(store.Shape(name)) * bytesOfValue);

    private static bool IsPacked(string name) => name.EndsWith(".weight", StringComparison.Ordinal) && (name.Contains("_block", StringComparison.Ordinal) || name.Contains(".encoder.layers.", StringComparison.Ordinal))
        && !name.Contains("time_emb_proj", StringComparison.Ordinal);

    private static long Count(MappedStore store) => store.Names.Sum(n => Count(store.Shape(n)));

    private static long Count(long[] shape) => shape.Aggregate(1L, (product, d) => product * d);
}
