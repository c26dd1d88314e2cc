using KohyaPS.Engine.Checkpoints;
using KohyaPS.Engine.Models.Layers;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Models.Unet;

/// <summary>The coarsest level: ResBlock, transformer, ResBlock.</summary>
internal sealed class MidBlock(WeightSource weights, int heads, UnetConfig config, ForwardOptions options)
    : UnetBlock(weights, heads, config, options)
{
    /// <param name="x">[B, C, h, w]</param>
    /// <param name="conditions">Time and text.</param>
    /// <returns>[B, C, h, w]</returns>
    public Tensor Forward(Tensor x, Conditions conditions)
    {
        using var scope = NewDisposeScope();
        x = Residual(0, x, conditions);
        for (var i = 1; i < ResBlocks.Count; i++)
            x = Residual(i, Attended(i - 1, x, conditions), conditions);
        return Observed(x).MoveToOuterDisposeScope();
    }
}
