using KohyaPS.Engine.Diffusion;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Batches;

/// <summary>Micro-batches made of the pictures and captions of a training's datasets.</summary>
/// <param name="planner">The batches of each epoch.</param>
/// <param name="seed">The training's seed.</param>
/// <param name="latents">Where a picture's latents come from.</param>
/// <param name="captions">The caption of each sample.</param>
/// <param name="text">From captions to ids or states.</param>
/// <param name="draws">Where random numbers come from.</param>
/// <param name="priorLossWeight">Weight of the loss of regularisation pictures.</param>
/// <param name="takesSizes">Whether the model is told the sizes of pictures (SDXL).</param>
internal sealed class DatasetBatchSource(
    EpochPlanner planner, long seed, LatentEncoder latents, EpochCaptions captions, TextStates text, IDraws draws, double priorLossWeight, bool takesSizes)
    : IBatchSource
{
    private (int Epoch, IReadOnlyList<TrainingBatch> Batches) current = (0, []);

    /// <inheritdoc/>
    public int BatchesPerEpoch => planner.BatchesPerEpoch;

    /// <inheritdoc/>
    public MicroBatch Load(int epoch, int index)
    {
        if (current.Epoch != epoch)
            current = (epoch, planner.Batches(seed, epoch));
        var samples = current.Batches[index].Samples;
        using var scope = NewDisposeScope();
        using var grad = no_grad();
        var texts = samples.Select(s => captions.Of(s, epoch, index)).ToList();
        var conditions = text.Conditions(texts);
        var weights = samples.Select(s => s.Image.Image.Subset.IsRegularization ? (float)priorLossWeight : 1f).ToArray();
        return new MicroBatch
        {
            Latents = Latents(samples, epoch).DetachFromDisposeScope(),
            Text = conditions?.DetachFromDisposeScope(),
            InputIds = conditions is null ? [.. text.Ids(texts).Select(ids => ids.DetachFromDisposeScope())] : null,
            Sizes = takesSizes ? Sizes(samples).DetachFromDisposeScope() : null,
            LossWeights = tensor(weights).DetachFromDisposeScope(),
        };
    }

    private static Tensor Sizes(IReadOnlyList<BatchSample> samples)
    {
        var sizes = samples.Select(s => SizeConditioning.Of(s.Image.Image.Size, s.Image.Assignment.Bucket, isFlipped: false));
        float[] numbers = [.. sizes.SelectMany(s => new float[] { s.Original.Height, s.Original.Width, s.CropTop, s.CropLeft, s.Target.Height, s.Target.Width })];
        return tensor(numbers).view(samples.Count, -1);      // [B, 6]
    }

    // Mean and deviation of each picture, and one draw for (epoch, picture): the same with and without a cache.
    private Tensor Latents(IReadOnlyList<BatchSample> samples, int epoch)
    {
        var posteriors = samples.Select(s => latents.Encode(s.Image)).ToList();
        var mean = cat(posteriors.Select(p => p.Mean).ToArray(), 0);                 // [B, 4, h, w]
        var deviation = cat(posteriors.Select(p => p.Deviation).ToArray(), 0);
        var noise = draws.LatentSample(epoch - 1, [.. samples.Select(s => (long)s.Image.Index)], mean.shape);
        return mean.add_(deviation.mul_(noise));
    }
}
