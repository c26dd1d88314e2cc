using KohyaPS.Engine.Caching;
using KohyaPS.Engine.Imaging;
using KohyaPS.Engine.Models.Vae;
using KohyaPS.Engine.Runtime;
using KohyaPS.Engine.Training.Objectives;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Batches;

/// <summary>From pixels to the distribution of latents, several pictures of one size at a time.</summary>
/// <param name="vae">The autoencoder.</param>
/// <param name="batchSize">Pictures in a pass (vae_batch_size).</param>
internal sealed class PictureEncoder(Vae vae, int batchSize)
{
    /// <summary>The distributions of pictures of one size, in their order; they belong to the caller's dispose scope.</summary>
    /// <param name="pictures">Pictures and their files, for messages.</param>
    /// <param name="isFlipped">True encodes them mirrored.</param>
    /// <exception cref="TrainingException">The latents hold values that are not numbers.</exception>
    public IReadOnlyList<LatentDistribution> Encode(IReadOnlyList<(LoadedSample Sample, string Path)> pictures, bool isFlipped = false)
    {
        using var grad = no_grad();
        return [.. pictures.Chunk(Math.Max(1, batchSize)).SelectMany(chunk => Pass(chunk, isFlipped))];
    }

    /// <summary>The mask of a picture; null where every place counts.</summary>
    /// <returns>[1, H, W] in pixels</returns>
    public static Tensor? MaskOf(LoadedSample sample) => sample.HasMask ? ImageLoader.ToMask(sample) : null;

    /// <summary>A mask in the size of the latents.</summary>
    /// <returns>[1, h, w]</returns>
    public static Tensor? Fit(Tensor? mask, LatentDistribution latents)
    {
        if (mask is null)
            return null;
        using var scope = NewDisposeScope();
        return LossMask.Fit(mask, latents.Mean.size(2), latents.Mean.size(3)).squeeze(1).MoveToOuterDisposeScope();
    }

    private List<LatentDistribution> Pass((LoadedSample Sample, string Path)[] chunk, bool isFlipped)
    {
        using var scope = NewDisposeScope();
        var pixels = cat(chunk.Select(p => ImageLoader.ToTensor(p.Sample.Pixels)).ToArray(), 0);        // [B, 3, H, W]
        var posterior = vae.Encode(HostTransfer.To(isFlipped ? pixels.flip(3) : pixels, vae.Device));
        var (mean, deviation) = (posterior.Mean.to(float32, CPU), posterior.Deviation.to(float32, CPU));
        var found = new List<LatentDistribution>();
        for (var i = 0; i < chunk.Length; i++)
        {
            var one = new LatentDistribution(mean.narrow(0, i, 1).clone(), deviation.narrow(0, i, 1).clone());
            if (!double.IsFinite((one.Mean.sum() + one.Deviation.sum()).item<float>()))
                throw new TrainingException(TrainingExitCode.Diverged,
                    $"The VAE gives values that are not numbers for '{chunk[i].Path}'. A half-precision VAE overflows on some pictures: set -NoHalfVae, or name another one with -Vae.");
            found.Add(new(one.Mean.MoveToOuterDisposeScope(), one.Deviation.MoveToOuterDisposeScope()));
        }
        return found;
    }
}
