using KohyaPS.Datasets;
using KohyaPS.Engine.Caching;
using KohyaPS.Engine.Imaging;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Batches;

/// <summary>Latents of pictures that were all encoded before the first step.</summary>
/// <param name="store">Where they are kept; the source owns it.</param>
/// <param name="seed">The training's seed.</param>
internal sealed class CachedLatents(ILatentStore store, long seed) : ILatentSource
{
    /// <inheritdoc/>
    public void Expect(int epoch, IReadOnlyList<BatchSample> samples)
    {
        // There is nothing to decode; reading latents takes less time than a step by orders of magnitude.
    }

    /// <inheritdoc/>
    public IReadOnlyList<SampleLatents> Take(int epoch, IReadOnlyList<BatchSample> samples) => [.. samples.Select(s => Of(s.Image, PictureDraws.Of(seed, epoch, s)))];

    /// <summary>The latents of one picture, mirrored or not as its draws say.</summary>
    public SampleLatents Of(RegisteredImage image, ISampleDraws draws)
    {
        var isFlipped = ImageLoader.IsFlipped(image.Image.Subset.Settings, draws);
        var kept = store.Read(image);
        var latents = isFlipped ? kept.Flipped! : kept.Plain;
        var mask = PictureEncoder.Fit(isFlipped ? kept.Mask?.flip(2) : kept.Mask, latents);
        return new(latents.Mean, latents.Deviation, mask, isFlipped, SizeConditioning.Of(image.Image.Size, image.Assignment.Bucket, isFlipped, image.Image.Subset.Settings.Compatibility));
    }

    /// <inheritdoc/>
    public void Dispose() => store.Dispose();
}
