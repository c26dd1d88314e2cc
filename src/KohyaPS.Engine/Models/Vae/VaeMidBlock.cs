using KohyaPS.Engine.Checkpoints;
using KohyaPS.Engine.Models.Layers;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Models.Vae;

/// <summary>The coarsest level of encoder and decoder: ResBlock, attention, ResBlock.</summary>
internal sealed class VaeMidBlock : Block
{
    private readonly ResBlock first;
    private readonly VaeAttention attention;
    private readonly ResBlock second;

    public VaeMidBlock(WeightSource weights, int groups, double epsilon)
        : base(weights.Path)
    {
        first = Add(new ResBlock(weights.At("resnets.0"), groups, epsilon));
        attention = Add(new VaeAttention(weights.At("attentions.0"), groups, epsilon));
        second = Add(new ResBlock(weights.At("resnets.1"), groups, epsilon));
    }

    /// <param name="x">[B, C, h, w]</param>
    /// <returns>[B, C, h, w]</returns>
    public Tensor Forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        return Observed(second.Forward(attention.Forward(first.Forward(x, null)), null)).MoveToOuterDisposeScope();
    }
}
