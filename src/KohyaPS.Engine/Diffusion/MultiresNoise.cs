using static TorchSharp.torch;

namespace KohyaPS.Engine.Diffusion;

/// <summary>
/// Multi-resolution (pyramid) noise (Whitaker 2023): coarser and coarser noise is added, each level weaker than the one before, and the sum is scaled back
/// to deviation 1 over the whole batch. As in the trainers, each level raises its own ratio to the power of its number, and level 0 has full size.
/// </summary>
/// <param name="iterations">How many levels at most; a level with a side of 1 is the last.</param>
/// <param name="discount">Weight of a level, to the power of its number.</param>
internal sealed class MultiresNoise(int iterations, double discount) : INoiseTerm
{
    /// <inheritdoc/>
    public Tensor Apply(Tensor noise, Tensor latents, IDraws draws, long step)
    {
        using var scope = NewDisposeScope();
        var (height, width) = (noise.size(2), noise.size(3));
        var sum = noise.clone();
        for (var level = 0; level < iterations; level++)
        {
            var shrink = Math.Pow(2 + 2 * draws.MultiresRatio(step, level), level);
            var levelHeight = Math.Max(1, (long)(height / shrink));
            var levelWidth = Math.Max(1, (long)(width / shrink));
            var coarse = draws.MultiresNoise(step, level, [noise.size(0), noise.size(1), levelHeight, levelWidth]).to(noise.device);
            var full = nn.functional.interpolate(coarse, [height, width], mode: InterpolationMode.Bilinear, align_corners: false);
            sum.add_(full * Math.Pow(discount, level));
            if (levelHeight == 1 || levelWidth == 1)
                break;
        }
        return (sum / sum.std()).MoveToOuterDisposeScope();
    }
}
