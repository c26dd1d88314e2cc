using KohyaPS.Engine.Checkpoints;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Models.Layers;

/// <summary>A 3x3 convolution with stride 2.</summary>
internal sealed class Downsample : Block
{
    private static readonly long[] rightAndBottom = [0, 1, 0, 1];
    private readonly Conv2d conv;
    private readonly bool padsRightAndBottom;

    /// <param name="weights">The view that holds <c>conv</c>.</param>
    /// <param name="padsRightAndBottom">True for the VAE, whose input gets zeros on the right and at the bottom only; the U-Net pads all sides.</param>
    public Downsample(WeightSource weights, bool padsRightAndBottom)
        : base(weights.Path)
    {
        this.padsRightAndBottom = padsRightAndBottom;
        conv = Add(new Conv2d(weights.At("conv"), stride: 2, padding: padsRightAndBottom ? 0 : 1));
    }

    /// <inheritdoc/>
    public override BlockKind Kind => BlockKind.Downsample;

    /// <param name="x">[B, C, h, w]</param>
    /// <returns>[B, C, h/2, w/2]; odd sizes round up in the U-Net and down in the VAE.</returns>
    public Tensor Forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var padded = padsRightAndBottom ? nn.functional.pad(x, rightAndBottom) : x;
        return Observed(conv.Forward(padded)).MoveToOuterDisposeScope();
    }
}
