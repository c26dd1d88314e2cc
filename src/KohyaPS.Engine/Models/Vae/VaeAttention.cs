using KohyaPS.Engine.Checkpoints;
using KohyaPS.Engine.Models.Layers;
using KohyaPS.Engine.Models.Layers.Attention;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Models.Vae;

/// <summary>Self-attention over the pixels of the autoencoder's coarsest level, with one head.</summary>
internal sealed class VaeAttention : Block
{
    private readonly GroupNorm norm;
    private readonly Linear toQ;
    private readonly Linear toK;
    private readonly Linear toV;
    private readonly Linear toOut;

    public VaeAttention(WeightSource weights, int groups, double epsilon)
        : base(weights.Path)
    {
        norm = Add(new GroupNorm(weights.At("group_norm"), groups, epsilon));
        toQ = Add(new Linear(weights.At("to_q")));
        toK = Add(new Linear(weights.At("to_k")));
        toV = Add(new Linear(weights.At("to_v")));
        toOut = Add(new Linear(weights.At("to_out.0")));
    }

    /// <param name="x">[B, C, h, w]</param>
    /// <returns>[B, C, h, w]</returns>
    public Tensor Forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var tokens = norm.Forward(x).flatten(2).transpose(1, 2).unsqueeze(1);        // [B, 1, h w, C]
        var attended = AttentionKernels.Fused.Run(toQ.Forward(tokens), toK.Forward(tokens), toV.Forward(tokens), isCausal: false);
        var projected = toOut.Forward(attended).squeeze(1).transpose(1, 2).unflatten(2, [x.size(2), x.size(3)]);
        return Observed(projected + x).MoveToOuterDisposeScope();
    }
}
