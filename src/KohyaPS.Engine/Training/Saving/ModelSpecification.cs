using System.Globalization;

namespace KohyaPS.Engine.Training.Saving;

/// <summary>The modelspec.* entries (Stability AI's model metadata standard 1.0.1): what web pages and user interfaces show of a network.</summary>
internal static class ModelSpecification
{
    private const string Version = "1.0.1";
    private const int Timesteps = 1000;

    /// <summary>The word by which kohya's files name the family of the base model.</summary>
    public static string BaseModelVersion(ModelSettings model)
    {
        if (model.Sdxl)
            return "sdxl_base_v1-0";
        return (model.V2 ? "sd_v2" : "sd_v1") + (model.VParameterization ? "_v" : "");
    }

    /// <summary>The entries, those that have a value.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Of(TrainingRecord record)
    {
        var config = record.Config;
        var metadata = config.Metadata;
        return new (string Key, string? Value)[]
        {
            ("sai_model_spec", Version),
            ("architecture", Architecture(config.Model)),
            ("implementation", config.Model.Sdxl ? "https://github.com/Stability-AI/generative-models" : "diffusers"),
            ("implementation_version", record.Program),
            ("title", metadata.MetadataTitle ?? config.Folders.OutputName ?? "LoRA@" + PythonText.Float(record.FinishedSeconds)),
            ("resolution", TrainedResolution(config)),
            ("date", record.FinishedAt.DateTime.ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture)),
            ("prediction_type", config.Model.VParameterization ? "v" : "epsilon"),
            ("timestep_range", TimestepRange(config.Noise)),
            ("encoder_layer", config.Training.ClipSkip?.ToString(CultureInfo.InvariantCulture)),
            ("author", metadata.MetadataAuthor),
            ("description", metadata.MetadataDescription),
            ("license", metadata.MetadataLicense),
            ("tags", metadata.MetadataTags),
            ("usage_hint", metadata.MetadataUsageHint),
            ("thumbnail", record.Sources.Thumbnail),
            ("merged_from", metadata.MetadataMergedFrom),
            ("trigger_phrase", metadata.MetadataTriggerPhrase),
            ("preprocessor", metadata.MetadataPreprocessor),
            ("is_negative_embedding", metadata.MetadataIsNegativeEmbedding),
        }.Where(entry => !string.IsNullOrEmpty(entry.Value)).Select(entry => KeyValuePair.Create("modelspec." + entry.Key, entry.Value!));
    }

    private static string Architecture(ModelSettings model)
    {
        if (model.Sdxl)
            return "stable-diffusion-xl-v1-base/lora";
        if (!model.V2)
            return "stable-diffusion-v1/lora";
        return model.VParameterization ? "stable-diffusion-v2-768-v/lora" : "stable-diffusion-v2-512/lora";
    }

    // With datasets that have sizes of their own, only a size that the user set says more than the model's own.
    private static string TrainedResolution(LoraConfig config)
    {
        var (width, height) = config.Buckets.Resolution;
        if (config.DescribesDatasets && config.Buckets.Resolution == new BucketsSettings().Resolution)
            width = height = config.Model switch { { Sdxl: true } => 1024, { V2: true, VParameterization: true } => 768, _ => 512 };
        return string.Create(CultureInfo.InvariantCulture, $"{width}x{height}");
    }

    private static string? TimestepRange(NoiseSettings noise) => noise.MinTimestep is null && noise.MaxTimestep is null
        ? null
        : string.Create(CultureInfo.InvariantCulture, $"{noise.MinTimestep ?? 0},{noise.MaxTimestep ?? Timesteps}");
}
