using System.Security.Cryptography;
using System.Text;
using KohyaPS.Engine.Models.Clip;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Caching;

/// <summary>
/// Text states of SDXL in the .npz files of sd-scripts, beside the pictures. Its files do not say which caption they are of: one that is older than the caption's
/// file is made again, which sd-scripts does not do.
/// </summary>
/// <param name="maker">What decides the states of a caption: encoders, tokenizers and their settings.</param>
/// <param name="width1">Width of the first encoder's states.</param>
/// <param name="length">Length of a sequence: 77, 152 or 227.</param>
/// <param name="isTrusted">True uses every file that is there (skip_cache_check).</param>
internal sealed class KohyaTextFiles(string maker, long width1, long length, bool isTrusted) : ITextStore
{
    private readonly Dictionary<string, string> pathOfCaption = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public TextConditions? Find(string caption, TrainingImage? image)
    {
        var path = image is null ? pathOfCaption.GetValueOrDefault(caption) : CacheFileNames.TextStates(image.Path);
        if (path is null)
            return null;
        using var scope = NewDisposeScope();
        if (KohyaTextStates.Read(path) is not { } stored || stored.States1.size(0) != length || stored.States1.size(1) != width1 || !IsOf(stored, path, caption, image))
            return null;
        pathOfCaption[caption] = path;
        return new TextConditions(cat([stored.States1, stored.States2], 1).unsqueeze(0), stored.Pooled2.unsqueeze(0)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public string? FileOf(string caption, TrainingImage image) => CacheFileNames.TextStates(image.Path) is var path && File.Exists(path) ? path : null;

    /// <inheritdoc/>
    public void Write(string caption, TrainingImage image, TextConditions conditions)
    {
        using var scope = NewDisposeScope();
        var states = conditions.States.squeeze(0);
        var path = CacheFileNames.TextStates(image.Path);
        new KohyaTextStates(states.narrow(1, 0, width1), states.narrow(1, width1, states.size(1) - width1), conditions.Pooled!.squeeze(0), OriginOf(caption)).Write(path);
        pathOfCaption[caption] = path;
    }

    private bool IsOf(KohyaTextStates stored, string path, string caption, TrainingImage? image)
    {
        if (stored.Origin is { } origin)
            return isTrusted || origin == OriginOf(caption);
        return isTrusted || image?.Caption.Path is not { } captionFile || File.GetLastWriteTimeUtc(captionFile) <= File.GetLastWriteTimeUtc(path);
    }

    private string OriginOf(string caption) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{maker}\n{caption}")));
}
