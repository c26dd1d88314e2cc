using KohyaPS.Engine.Checkpoints;
using KohyaPS.Engine.Models.Layers;
using KohyaPS.Engine.Models.Layers.Attention;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Models.Clip;

/// <summary>Causal self-attention of a text encoder layer. Padding is attended to like any other token.</summary>
internal sealed class ClipAttention : Block
{
    private readonly Linear toQ;
    private readonly Linear toK;
    private readonly Linear toV;
    private readonly Linear toOut;
    private readonly int heads;
    private readonly ForwardOptions options;

    public ClipAttention(WeightSource weights, int heads, ForwardOptions options)
        : base(weights.Path)
    {
        this.heads = heads;
        this.options = options;
        // The order in which the original registers its parts, and so the order of the layers in a network.
        toK = Add(new Linear(weights.At("k_proj")));
        toV = Add(new Linear(weights.At("v_proj")));
        toQ = Add(new Linear(weights.At("q_proj")));
        toOut = Add(new Linear(weights.At("out_proj")));
    }

    /// <inheritdoc/>
    public override BlockKind Kind => BlockKind.TextAttention;

    /// <param name="x">[B, N, C]</param>
    /// <returns>[B, N, C]</returns>
    public Tensor Forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var q = SplitHeads(toQ.Forward(x));     // [B, heads, N, d]
        var k = SplitHeads(toK.Forward(x));
        var v = SplitHeads(toV.Forward(x));
        var attended = AttentionKernels.Choose(options.AttentionKernel, q, k, isCausal: true).Run(q, k, v, isCausal: true);
        return Observed(toOut.Forward(attended.transpose(1, 2).flatten(2))).MoveToOuterDisposeScope();
    }

    private Tensor SplitHeads(Tensor t) => t.unflatten(2, [heads, t.size(2) / heads]).transpose(1, 2);
}
