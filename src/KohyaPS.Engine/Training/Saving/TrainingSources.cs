namespace KohyaPS.Engine.Training.Saving;

/// <summary>What metadata say about files that a training was given. Reading them takes a while for large models, so a run does it once.</summary>
/// <param name="Model">The base model.</param>
/// <param name="Vae">A VAE of its own; null without.</param>
/// <param name="Thumbnail">The picture for web pages as a data URL; null without.</param>
/// <param name="Problem">Why the picture is left out; null when it is not.</param>
internal sealed record TrainingSources(ModelFile? Model, ModelFile? Vae, string? Thumbnail = null, string? Problem = null)
{
    // The header of a network file holds it, and is read whole by every program that only wants to know a rank.
    private const int MaxThumbnailBytes = 4 << 20;

    /// <summary>Reads the files that a configuration names.</summary>
    public static TrainingSources Read(LoraConfig config)
    {
        var (thumbnail, problem) = ReadThumbnail(config);
        return new(Describe(config, config.Model.PretrainedModelNameOrPath), Describe(config, config.Model.Vae), thumbnail, problem);
    }

    private static ModelFile? Describe(LoraConfig config, string? given) => string.IsNullOrEmpty(given) ? null : ModelFile.Of(given, config.Resolve(given)!);

    private static (string? Url, string? Problem) ReadThumbnail(LoraConfig config)
    {
        if (config.Metadata.MetadataThumbnail is not { Length: > 0 } given)
            return default;
        if (given.StartsWith("data:", StringComparison.Ordinal))
            return (given, null);
        try
        {
            var path = config.Resolve(given)!;
            if (new FileInfo(path).Length > MaxThumbnailBytes)
                return (null, $"MetadataThumbnail: '{path}' is larger than 4 MiB and is left out of the files. Give a smaller picture, such as 512 pixels wide.");
            return MediaType(path) is { } type
                ? ($"data:{type};base64,{Convert.ToBase64String(File.ReadAllBytes(path))}", null)
                : (null, $"MetadataThumbnail: '{path}' is left out of the files: it is no .png, .jpg, .webp, .gif or .bmp picture.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, $"MetadataThumbnail is left out of the files: {e.Message} Check the path.");
        }
    }

    private static string? MediaType(string path) => Path.GetExtension(path).ToUpperInvariant() switch
    {
        ".PNG" => "image/png",
        ".JPG" or ".JPEG" => "image/jpeg",
        ".WEBP" => "image/webp",
        ".GIF" => "image/gif",
        ".BMP" => "image/bmp",
        _ => null,
    };
}
