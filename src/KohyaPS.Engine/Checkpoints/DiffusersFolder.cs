using System.Text.Json;
using KohyaPS.Engine.Checkpoints.Detection;
using KohyaPS.Engine.Checkpoints.KeyMaps;

namespace KohyaPS.Engine.Checkpoints;

/// <summary>A model as a folder with one subfolder a part. Names that come from its files never lead out of it.</summary>
internal sealed class DiffusersFolder
{
    private const int MaxShards = 1000;
    private readonly string path;
    private readonly string? variant;

    /// <param name="path">The folder.</param>
    /// <param name="variant">The variant of the weights to prefer, or null.</param>
    /// <exception cref="CheckpointFormatException">It has no unet folder.</exception>
    public DiffusersFolder(string path, string? variant)
    {
        (this.path, this.variant) = (path, variant);
        Parts = [.. Enum.GetValues<ModelPart>().Where(p => Directory.Exists(Path.Combine(path, p.FolderName())))];
        if (!Parts.Contains(ModelPart.Unet))
            throw new CheckpointFormatException(
                $"'{path}' is no diffusers model: it has no folder 'unet'. Give the folder that holds 'unet', 'vae' and 'text_encoder', or the .safetensors file of a checkpoint.");
    }

    /// <summary>The parts that have a folder.</summary>
    public IReadOnlyList<ModelPart> Parts { get; }

    /// <summary>Opens a part's files.</summary>
    /// <param name="part">Which.</param>
    /// <param name="config">Its configuration where it is known from elsewhere.</param>
    /// <param name="opened">Takes the files, for the caller to close.</param>
    public CheckpointPart Open(ModelPart part, JsonElement? config, List<TensorFileStore> opened) =>
        OpenPart(Path.Combine(path, part.FolderName()), part, config, opened, variant);

    /// <summary>Opens a part in a folder of its own.</summary>
    /// <inheritdoc cref="Open"/>
    public static CheckpointPart OpenPart(string folder, ModelPart part, JsonElement? config, List<TensorFileStore> opened, string? variant = null)
    {
        var first = opened.Count;
        foreach (var file in FindWeights(folder, part, variant))
            opened.Add(TensorFileStore.Open(file));
        var tensors = new MappedStore(part.InWords(), opened.Skip(first).SelectMany(s => s.Names.Select(key => (s, Map(part, key, s)))));
        return new(part, tensors, config ?? ReadConfig(folder));
    }

    /// <summary>What the model is, from its configurations.</summary>
    public ModelDetection Detect(IReadOnlyList<CheckpointPart> parts)
    {
        var unet = parts.First(p => p.Part == ModelPart.Unet).Config;
        var family = Number(unet, "cross_attention_dim") switch
        {
            768 => ModelFamily.Sd1,
            1024 => ModelFamily.Sd2,
            2048 => ModelFamily.Sdxl,
            // Models of other widths: what was built into the generations tells them apart.
            _ when Text(unet, "addition_embed_type") == "text_time" => ModelFamily.Sdxl,
            _ when IsTrue(unet, "use_linear_projection") => ModelFamily.Sd2,
            _ => ModelFamily.Sd1,
        };
        var scheduler = Scheduler();
        var (prediction, source) = Prediction(family, scheduler);
        return new()
        {
            Kind = ModelKind.Checkpoint,
            Family = family,
            Variant = Number(unet, "in_channels") switch
            {
                9 => ModelVariant.Inpainting,
                8 => ModelVariant.InstructPix2Pix,
                5 => ModelVariant.Depth,
                _ => family == ModelFamily.Sdxl && !Parts.Contains(ModelPart.TextEncoder) && Parts.Contains(ModelPart.TextEncoder2) ? ModelVariant.Refiner : ModelVariant.None,
            },
            Prediction = prediction,
            PredictionSource = source,
            Missing = [.. ModelParts.Of(family).Except(Parts)],
            HasZeroTerminalSnr = IsTrue(scheduler, "rescale_betas_zero_snr"),
            IsDiffusersLayout = true,
        };
    }

    private static KeyMapping Map(ModelPart part, string key, TensorFileStore store) => part switch
    {
        ModelPart.Vae when VaeKeyMap.Modernize(key) is var name => new(name, key, VaeKeyMap.IsProjection(name) ? KeyOperation.Squeeze : KeyOperation.Same),
        ModelPart.Unet => new(key, key),
        _ => new(ClipKeyMap.Normalize(key), key),
    };

    // Safetensors of any variant before pickles of any.
    private static List<string> FindWeights(string folder, ModelPart part, string? variant)
    {
        string?[] variants = variant is null ? [null, "fp16"] : [variant, null, "fp16"];
        foreach (var (name, extension) in new[] { (part.WeightsName(), ".safetensors"), (part.PickleName(), ".bin") })
        {
            foreach (var suffix in variants.Distinct().Select(v => v is null ? "" : "." + v))
            {
                var single = Path.Combine(folder, $"{name}{suffix}{extension}");
                if (File.Exists(single))
                    return [single];
                // Both places of the variant are in use.
                foreach (var index in new[] { $"{name}{suffix}{extension}.index.json", $"{name}{extension}.index{suffix}.json" }.Select(i => Path.Combine(folder, i)))
                {
                    if (File.Exists(index))
                        return ReadIndex(folder, index, extension);
                }
            }
        }
        throw new CheckpointFormatException($"'{folder}' has no '{part.WeightsName()}.safetensors'. Get the model's folder anew.");
    }

    private static List<string> ReadIndex(string folder, string index, string extension)
    {
        var json = CheckpointConfigs.ReadJson(index);
        if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty("weight_map", out var map) || map.ValueKind != JsonValueKind.Object)
            throw new CheckpointFormatException($"'{index}' has no weight_map. Get the model's folder anew.");
        var files = map.EnumerateObject().Select(m => m.Value.ValueKind == JsonValueKind.String ? m.Value.GetString()! : "").ToHashSet(StringComparer.Ordinal);
        foreach (var file in files)
        {
            // A plain name in the same folder, nothing that could point elsewhere.
            if (file.Length == 0 || file.IndexOfAny(['/', '\\', ':', '\0']) >= 0 || file is "." or ".." || !file.EndsWith(extension, StringComparison.Ordinal))
                throw new CheckpointFormatException($"'{index}' names '{file}', which is no {extension} file in its own folder. Do not use this model, or get it anew.");
            if (!File.Exists(Path.Combine(folder, file)))
                throw new CheckpointFormatException($"'{folder}' lacks '{file}', which '{Path.GetFileName(index)}' names. Get the missing file.");
        }
        if (files.Count is 0 or > MaxShards)
            throw new CheckpointFormatException($"'{index}' names {files.Count} files; 1 to {MaxShards} are expected. Get the model's folder anew.");
        return [.. files.Order(StringComparer.Ordinal).Select(f => Path.Combine(folder, f))];
    }

    private static JsonElement ReadConfig(string folder)
    {
        var file = Path.Combine(folder, "config.json");
        return File.Exists(file)
            ? CheckpointConfigs.ReadJson(file)
            : throw new CheckpointFormatException($"'{folder}' has no 'config.json'. Get the model's folder anew.");
    }

    private JsonElement Scheduler()
    {
        var file = Path.Combine(path, "scheduler", "scheduler_config.json");
        return File.Exists(file) ? CheckpointConfigs.ReadJson(file) : default;
    }

    private static (ModelPrediction?, PredictionSource) Prediction(ModelFamily family, JsonElement scheduler) => Text(scheduler, "prediction_type") switch
    {
        "v_prediction" => (ModelPrediction.V, PredictionSource.Scheduler),
        "epsilon" => (ModelPrediction.Epsilon, PredictionSource.Scheduler),
        not null => (null, PredictionSource.Scheduler),
        null => (ModelPrediction.Epsilon, family == ModelFamily.Sd2 ? PredictionSource.AmbiguousDefault : PredictionSource.Default),
    };

    private static bool IsTrue(JsonElement config, string name) =>
        config.ValueKind == JsonValueKind.Object && config.TryGetProperty(name, out var field) && field.ValueKind == JsonValueKind.True;

    private static long? Number(JsonElement config, string name) =>
        config.ValueKind == JsonValueKind.Object && config.TryGetProperty(name, out var field) && field.ValueKind == JsonValueKind.Number && field.TryGetInt64(out var value) ? value : null;

    private static string? Text(JsonElement config, string name) =>
        config.ValueKind == JsonValueKind.Object && config.TryGetProperty(name, out var field) && field.ValueKind == JsonValueKind.String ? field.GetString() : null;
}
