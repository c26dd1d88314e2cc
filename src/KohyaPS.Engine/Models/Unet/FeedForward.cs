using KohyaPS.Engine.Checkpoints;
using KohyaPS.Engine.Models.Layers;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Models.Unet;

/// <summary>The feed-forward part of a transformer block: GEGLU (Shazeer 2020, arXiv 2002.05202) with the exact GELU, then a linear layer back.</summary>
internal sealed class FeedForward : Block
{
    private readonly Linear expand;
    private readonly Linear contract;

    public FeedForward(WeightSource weights)
        : base(weights.Path)
    {
        expand = Add(new Linear(weights.At("net.0.proj")));
        contract = Add(new Linear(weights.At("net.2")));
    }

    /// <param name="x">[B, N, C]</param>
    /// <returns>[B, N, C]</returns>
    public Tensor Forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var halves = expand.Forward(x).chunk(2, -1);            // 2 x [B, N, 4C]
        var gated = Observed($"{Path}.net.0", halves[0] * nn.functional.gelu(halves[1]));
        return Observed(contract.Forward(gated)).MoveToOuterDisposeScope();
    }
}
