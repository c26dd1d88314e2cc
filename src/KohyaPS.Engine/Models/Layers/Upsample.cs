using KohyaPS.Engine.Checkpoints;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Models.Layers;

/// <summary>Nearest-neighbour enlargement, then a 3x3 convolution.</summary>
internal sealed class Upsample : Block
{
    private readonly Conv2d conv;

    /// <param name="weights">The view that holds <c>conv</c>.</param>
    public Upsample(WeightSource weights)
        : base(weights.Path)
    {
        conv = Add(new Conv2d(weights.At("conv")));
    }

    /// <inheritdoc/>
    public override BlockKind Kind => BlockKind.Upsample;

    /// <param name="x">[B, C, h, w]</param>
    /// <param name="height">Height of the result, in latent pixels: 2 h, or one less where the skip it will meet is odd.</param>
    /// <param name="width">Width of the result.</param>
    /// <returns>[B, C, height, width]</returns>
    public Tensor Forward(Tensor x, long height, long width)
    {
        using var scope = NewDisposeScope();
        var enlarged = nn.functional.interpolate(x, [height, width]);
        return Observed(conv.Forward(enlarged)).MoveToOuterDisposeScope();
    }
}
