using KohyaPS.Engine.Diffusion;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Batches;

/// <summary>Micro-batches made of the pictures and captions of a training's datasets.</summary>
/// <param name="order">The batches of each epoch.</param>
/// <param name="latents">Where the latents of samples come from.</param>
/// <param name="captions">The caption of each sample.</param>
/// <param name="text">From captions to ids or states.</param>
/// <param name="draws">Where random numbers come from.</param>
/// <param name="priorLossWeight">Weight of the loss of regularisation pictures.</param>
/// <param name="takesSizes">Whether the model is told the sizes of pictures (SDXL).</param>
/// <param name="keepsSamples">Whether the latents of a picture are drawn once for all epochs, as kohya's caches hold them.</param>
internal sealed class DatasetBatchSource(
    EpochOrder order, ILatentSource latents, EpochCaptions captions, TextStates text, IDraws draws, double priorLossWeight, bool takesSizes, bool keepsSamples)
    : IBatchSource
{
    /// <inheritdoc/>
    public int BatchesPerEpoch => order.BatchesPerEpoch;

    /// <inheritdoc/>
    public MicroBatch Load(int epoch, int index)
    {
        var samples = order.Batch(epoch, index).Samples;
        foreach (var (nextEpoch, batch) in order.Following(epoch, index))
            latents.Expect(nextEpoch, batch.Samples);
        using var scope = NewDisposeScope();
        using var grad = no_grad();
        var texts = samples.Select(s => captions.Of(s, epoch, index)).ToList();
        var conditions = text.Conditions(texts);
        var (ids, tokenWeights) = conditions is null ? text.Tokens(texts) : (null, null);
        var pictures = latents.Take(epoch, samples);
        return new MicroBatch
        {
            Latents = Draw(samples, pictures, epoch).DetachFromDisposeScope(),
            Text = conditions?.DetachFromDisposeScope(),
            InputIds = ids?.Select(t => t.DetachFromDisposeScope()).ToList(),
            TokenWeights = tokenWeights?.Select(t => t.DetachFromDisposeScope()).ToList(),
            Sizes = takesSizes ? Sizes(pictures).DetachFromDisposeScope() : null,
            LossWeights = tensor(samples.Select(s => s.Image.Image.Subset.IsRegularization ? (float)priorLossWeight : 1f).ToArray()).DetachFromDisposeScope(),
            Masks = Masks(pictures)?.DetachFromDisposeScope(),
            Preserved = Preserved(samples)?.DetachFromDisposeScope(),
        };
    }

    private static Tensor Sizes(IReadOnlyList<SampleLatents> pictures)
    {
        var sizes = pictures.Select(p => p.Conditioning);
        float[] numbers = [.. sizes.SelectMany(s => new float[] { s.Original.Height, s.Original.Width, s.CropTop, s.CropLeft, s.Target.Height, s.Target.Width })];
        return tensor(numbers).view(pictures.Count, -1);      // [B, 6]
    }

    // Mean and deviation of each picture, and one draw for (epoch, picture), the same with and without a cache; or one for the picture.
    private Tensor Draw(IReadOnlyList<BatchSample> samples, IReadOnlyList<SampleLatents> pictures, int epoch)
    {
        var mean = cat(pictures.Select(p => p.Mean).ToArray(), 0);                 // [B, 4, h, w]
        var deviation = cat(pictures.Select(p => p.Deviation).ToArray(), 0);
        var keys = samples.Zip(pictures, (sample, picture) => PictureDraws.NoiseKey(sample.Image, picture.IsFlipped));
        // Never in place: of a single picture, cat gives the kept tensor itself.
        return mean + deviation * draws.LatentSample(keepsSamples ? 0 : epoch - 1, [.. keys], mean.shape);
    }

    private static Tensor? Preserved(IReadOnlyList<BatchSample> samples)
    {
        long[] places = [.. samples.Index().Where(s => s.Item.Image.Image.Subset.Settings.PreservesOutput).Select(s => (long)s.Index)];
        return places.Length > 0 ? tensor(places) : null;
    }

    // Where only some samples have a mask, all of the others count.
    private static Tensor? Masks(IReadOnlyList<SampleLatents> pictures) => pictures.All(p => p.Mask is null)
        ? null
        : cat(pictures.Select(p => p.Mask ?? ones(1, p.Mean.size(2), p.Mean.size(3))).ToArray(), 0);
}
