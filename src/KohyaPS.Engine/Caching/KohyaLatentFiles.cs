using static TorchSharp.torch;

namespace KohyaPS.Engine.Caching;

/// <summary>
/// Latents in the .npz files of sd-scripts, beside the pictures. They hold one sample of the distribution, so that every epoch sees the same latents. A file
/// that does not say what it was made from is used where its sizes fit, as sd-scripts does; one that does say is made again when that changed.
/// </summary>
/// <param name="isSdxl">Which latents they are.</param>
/// <param name="vae">SHA-256 of the VAE's weights.</param>
/// <param name="isTrusted">True uses every file that is there (skip_cache_check).</param>
/// <param name="noise">The N(0, 1) by which the sample of a picture, plain or mirrored, is drawn.</param>
internal sealed class KohyaLatentFiles(bool isSdxl, string vae, bool isTrusted, Func<RegisteredImage, bool, long[], Tensor> noise) : ILatentStore
{
    private readonly Dictionary<int, string> paths = [];

    /// <inheritdoc/>
    public bool Contains(RegisteredImage image)
    {
        if (isTrusted)
            return File.Exists(PathOf(image));
        var settings = image.Image.Subset.Settings;
        return KohyaLatents.Read(PathOf(image)) is { } stored
            && stored.Fits(image.Assignment.Bucket, settings.FlipAug, HasMask(image))
            && (stored.Origin is null || stored.Origin == LatentOrigin.Of(image, vae));
    }

    /// <inheritdoc/>
    public string? FileOf(RegisteredImage image) => File.Exists(PathOf(image)) ? PathOf(image) : null;

    /// <inheritdoc/>
    public PictureLatents Read(RegisteredImage image)
    {
        var stored = KohyaLatents.Read(PathOf(image))
            ?? throw new DatasetException($"The cached latents '{PathOf(image)}' cannot be used: they are damaged or not what sd-scripts writes. Remove the file, or leave SkipCacheCheck out.");
        long[] shape = [1, .. stored.Shape];
        var none = zeros(shape);
        return new(new(tensor(stored.Latents).view(shape), none),
            stored.Flipped is { Length: > 0 } flipped ? new(tensor(flipped).view(shape), none) : null,
            stored.AlphaMask is { Length: > 0 } mask ? tensor(mask).view(1, stored.Shape[1] * 8, stored.Shape[2] * 8) : null);
    }

    /// <inheritdoc/>
    public void Write(RegisteredImage image, PictureLatents latents)
    {
        var (size, bucket) = (image.Image.Size, image.Assignment.Bucket);
        var (left, top, right, bottom) = SizeConditioning.CropBox(size, bucket);
        new KohyaLatents
        {
            Shape = latents.Plain.Mean.shape[1..],
            Latents = Sample(image, latents.Plain, isFlipped: false),
            Flipped = latents.Flipped is { } flipped ? Sample(image, flipped, isFlipped: true) : null,
            OriginalSize = size,
            CropBox = [left, top, right, bottom],
            AlphaMask = latents.Mask?.data<float>().ToArray(),
            Origin = LatentOrigin.Of(image, vae),
        }.Write(PathOf(image));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Every file is closed after it was read.
    }

    private float[] Sample(RegisteredImage image, LatentDistribution distribution, bool isFlipped)
    {
        using var scope = NewDisposeScope();
        return (distribution.Mean + distribution.Deviation * noise(image, isFlipped, distribution.Mean.shape)).data<float>().ToArray();
    }

    private static bool HasMask(RegisteredImage image) => image.Image.Subset.Settings.AlphaMask || image.Image.MaskPath is not null;

    // The old name holds as long as the training does, whatever is written meanwhile.
    private string PathOf(RegisteredImage image) =>
        paths.TryGetValue(image.Index, out var known) ? known : paths[image.Index] = CacheFileNames.Latents(image.Image.Path, image.Image.Size, isSdxl);
}
