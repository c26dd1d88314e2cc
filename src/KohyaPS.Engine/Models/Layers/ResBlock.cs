using KohyaPS.Engine.Checkpoints;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Models.Layers;

/// <summary>
/// Two normalised convolutions beside a shortcut. In the U-Net the time embedding is added between them; the VAE's blocks have none.
/// </summary>
internal sealed class ResBlock : Block
{
    private readonly GroupNorm norm1;
    private readonly Conv2d conv1;
    private readonly Linear? timeProjection;
    private readonly GroupNorm norm2;
    private readonly Conv2d conv2;
    private readonly Conv2d? shortcut;

    /// <param name="weights">The view of a diffusers ResnetBlock2D.</param>
    /// <param name="groups">Groups of the norms.</param>
    /// <param name="epsilon">Added to the variance in the norms.</param>
    public ResBlock(WeightSource weights, int groups, double epsilon)
        : base(weights.Path)
    {
        norm1 = Add(new GroupNorm(weights.At("norm1"), groups, epsilon));
        conv1 = Add(new Conv2d(weights.At("conv1")));
        timeProjection = weights.HasBelow("time_emb_proj") ? Add(new Linear(weights.At("time_emb_proj").Exact)) : null;
        norm2 = Add(new GroupNorm(weights.At("norm2"), groups, epsilon));
        conv2 = Add(new Conv2d(weights.At("conv2")));
        shortcut = weights.HasBelow("conv_shortcut") ? Add(new Conv2d(weights.At("conv_shortcut"))) : null;
    }

    /// <inheritdoc/>
    public override BlockKind Kind => BlockKind.ResBlock;

    /// <param name="x">[B, in, h, w]</param>
    /// <param name="activatedTime">[B, T] SiLU of the time embedding, the same for all blocks; null in the VAE.</param>
    /// <returns>[B, out, h, w]</returns>
    public Tensor Forward(Tensor x, Tensor? activatedTime)
    {
        using var scope = NewDisposeScope();
        // Each image goes as soon as the next one is there: an autoencoder's are of half a gigabyte.
        using var activated = Activated(norm1, x);
        using var h = conv1.Forward(activated);
        activated.Dispose();
        if (timeProjection is not null && activatedTime is not null)
            h.add_(timeProjection.Forward(activatedTime).unsqueeze(2).unsqueeze(3));     // [B, out, 1, 1]
        using var activatedAgain = Activated(norm2, h);
        h.Dispose();
        var change = conv2.Forward(activatedAgain);
        activatedAgain.Dispose();
        return Observed(change.add_(shortcut is null ? x : shortcut.Forward(x))).MoveToOuterDisposeScope();
    }

    private static Tensor Activated(GroupNorm norm, Tensor x)
    {
        using var normed = norm.Forward(x);
        return nn.functional.silu(normed);
    }
}
