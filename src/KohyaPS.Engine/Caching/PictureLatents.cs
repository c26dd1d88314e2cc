using static TorchSharp.torch;

namespace KohyaPS.Engine.Caching;

/// <summary>
/// What the VAE says of one picture, as it is kept: latents are drawn from it anew each time, so that a training with a cache sees the same
/// numbers as one that encodes every time.
/// </summary>
/// <param name="Plain">The picture as it is.</param>
/// <param name="Flipped">The mirrored picture; null where the subset does not mirror.</param>
/// <param name="Mask">[1, H, W] float32 in 0 to 1, how much each pixel counts; null where all count.</param>
internal sealed record PictureLatents(LatentDistribution Plain, LatentDistribution? Flipped, Tensor? Mask)
{
    /// <summary>All tensors.</summary>
    public IEnumerable<Tensor> Tensors
    {
        get
        {
            Tensor?[] all = [Plain.Mean, Plain.Deviation, Flipped?.Mean, Flipped?.Deviation, Mask];
            return all.OfType<Tensor>();
        }
    }
}
