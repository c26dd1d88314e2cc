using System.Globalization;
using KohyaPS.Engine.Checkpoints;

namespace KohyaPS.Engine.Networks.Tools;

/// <summary>The modelspec metadata of what the tools write, as sd-scripts writes it.</summary>
internal static class MergedModelSpec
{
    /// <summary>The metadata of a merged checkpoint.</summary>
    /// <param name="destination">The file to come: its name is the title.</param>
    /// <param name="checkpoint">The model that was merged into.</param>
    /// <param name="networks">What was merged, in order.</param>
    /// <param name="now">Local time.</param>
    public static Dictionary<string, string> For(string destination, Checkpoint checkpoint, IEnumerable<StoredNetwork> networks, DateTime now)
    {
        // An SD2 checkpoint rarely says which of its two kinds it is; sd-scripts takes the larger one.
        var model = new SpecifiedModel(checkpoint.Family, checkpoint.Detection.Prediction == ModelPrediction.V || IsAssumedV(checkpoint), IsLora: false);
        return For(destination, model, networks.Select(n => Title(n.Path, n.Metadata)).Prepend(Title(checkpoint.Path, checkpoint.Metadata)), now);
    }

    /// <summary>The metadata of any file.</summary>
    /// <param name="destination">The file to come: its name is the title.</param>
    /// <param name="model">What it holds.</param>
    /// <param name="titles">Titles of what it was made of; null where it was not merged.</param>
    /// <param name="now">Local time.</param>
    public static Dictionary<string, string> For(string destination, SpecifiedModel model, IEnumerable<string>? titles, DateTime now)
    {
        var (family, isV) = (model.Family, model.IsV);
        var metadata = new Dictionary<string, string>
        {
            ["modelspec.sai_model_spec"] = "1.0.1",
            ["modelspec.architecture"] = family switch
            {
                ModelFamily.Sd1 => "stable-diffusion-v1",
                ModelFamily.Sd2 => isV ? "stable-diffusion-v2-768-v" : "stable-diffusion-v2-512",
                _ => "stable-diffusion-xl-v1-base",
            } + (model.IsLora ? "/lora" : ""),
            ["modelspec.implementation"] = model.IsLora && family != ModelFamily.Sdxl ? "diffusers" : "https://github.com/Stability-AI/generative-models",
            ["modelspec.implementation_version"] = "KohyaPS/" + typeof(MergedModelSpec).Assembly.GetName().Version!.ToString(3),
            ["modelspec.title"] = Path.GetFileNameWithoutExtension(destination),
            ["modelspec.date"] = now.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture),
            ["modelspec.resolution"] = family == ModelFamily.Sdxl ? "1024x1024" : family == ModelFamily.Sd2 && isV ? "768x768" : "512x512",
            ["modelspec.prediction_type"] = isV ? "v" : "epsilon",
        };
        if (titles is not null)
            metadata["modelspec.merged_from"] = string.Join(", ", titles);
        return metadata;
    }

    /// <summary>True where v-prediction is only assumed, so that the user is told.</summary>
    public static bool IsAssumedV(Checkpoint checkpoint) =>
        checkpoint.Family == ModelFamily.Sd2 && checkpoint.Detection.PredictionSource == Checkpoints.Detection.PredictionSource.AmbiguousDefault;

    /// <summary>The title of a file: the one that it states, or its name.</summary>
    public static string Title(string path, IReadOnlyDictionary<string, string> metadata) =>
        metadata.TryGetValue("modelspec.title", out var title) && title.Length > 0 ? title : Path.GetFileNameWithoutExtension(Path.TrimEndingDirectorySeparator(path));
}
