using KohyaPS.Engine.Caching;
using KohyaPS.Engine.Diffusion;
using KohyaPS.Engine.Models.Vae;
using KohyaPS.Engine.Networks;
using KohyaPS.Engine.Training.Batches;
using KohyaPS.Engine.Tokenization;

namespace KohyaPS.Engine.Training.Setup;

/// <summary>Where a configuration keeps latents and text states.</summary>
internal static class CacheChoice
{
    private const string FolderName = "cache";

    /// <summary>Where latents are kept; in memory unless files are asked for.</summary>
    public static ILatentStore Latents(LoraConfig config, Vae vae, bool isSdxl, IDraws draws)
    {
        var caching = config.Caching;
        if (!caching.CacheLatentsToDisk)
            return new LatentMemory();
        var hash = WeightHash.Of(vae);
        return caching.CacheFormat == CacheFormat.Npz
            ? new KohyaLatentFiles(isSdxl, hash, caching.SkipCacheCheck, (image, isFlipped, shape) => draws.LatentSample(0, [PictureDraws.NoiseKey(image, isFlipped)], shape))
            : new LatentFiles(Path.Combine(Folder(config), "latents"), hash, caching.SkipCacheCheck);
    }

    /// <summary>Where text states are kept; null keeps them in memory.</summary>
    public static ITextStore? Text(LoraConfig config, LoadedModels models)
    {
        if (!config.Caching.CacheTextEncoderOutputsToDisk || models.TextEncoders is not { } encoders)
            return null;
        var captions = config.Captions;
        var tokenizers = string.Join(' ', models.Tokenizers.Select(t => $"{t.LargestId}/{t.Specials.Pad}"));
        var maker = $"{WeightHash.Of(encoders.All)} {tokenizers} {config.Model.TokenizerPath} {captions.MaxTokenLength} {(captions.WeightedCaptions ? "weighted" : "plain")} {config.Training.ClipSkip ?? 1}";
        return config.Caching.CacheFormat == CacheFormat.Npz && encoders.All.Count > 1
            ? new KohyaTextFiles(maker, encoders.All[0].HiddenSize, captions.MaxTokenLength + TokenChunks.RowLength - TokenChunks.TokensPerChunk, config.Caching.SkipCacheCheck)
            : new TextFiles(Path.Combine(Folder(config), "text"), maker);
    }

    private static string Folder(LoraConfig config) =>
        config.Resolve(config.Caching.CacheDir) ?? Path.Combine(config.Resolve(config.Folders.OutputDir) ?? config.BaseFolder, FolderName);
}
