using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Objectives;

/// <summary>How much each place of a picture counts. A masked loss is not divided by the mask: what is masked out counts as learned.</summary>
internal static class LossMask
{
    /// <summary>The mask that a conditioning picture means: its red channel, from -1..1 to 0..1.</summary>
    /// <param name="pictures">[B, 3, H, W]</param>
    /// <returns>[B, H, W]</returns>
    public static Tensor FromConditioning(Tensor pictures)
    {
        using var scope = NewDisposeScope();
        return (pictures.select(1, 0) / 2 + 0.5).MoveToOuterDisposeScope();
    }

    /// <summary>The mask in the size of the latents, each place the mean of the pixels it covers.</summary>
    /// <param name="masks">[B, H, W] in 0..1.</param>
    /// <param name="latentHeight">Height of the latents.</param>
    /// <param name="latentWidth">Width of the latents.</param>
    /// <returns>[B, 1, h, w]</returns>
    public static Tensor Fit(Tensor masks, long latentHeight, long latentWidth)
    {
        using var scope = NewDisposeScope();
        return nn.functional.adaptive_avg_pool2d(masks.unsqueeze(1), [latentHeight, latentWidth]).MoveToOuterDisposeScope();
    }
}
