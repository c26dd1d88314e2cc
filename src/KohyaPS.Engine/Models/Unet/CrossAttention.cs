using KohyaPS.Engine.Checkpoints;
using KohyaPS.Engine.Models.Layers;
using KohyaPS.Engine.Models.Layers.Attention;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Models.Unet;

/// <summary>
/// Multi-head attention of the U-Net's transformer blocks: latent tokens ask, text tokens answer. Without a context it is self-attention.
/// </summary>
internal sealed class CrossAttention : Block
{
    private readonly Linear toQ;
    private readonly Linear toK;
    private readonly Linear toV;
    private readonly Linear toOut;
    private readonly int heads;
    private readonly ForwardOptions options;

    public CrossAttention(WeightSource weights, int heads, ForwardOptions options)
        : base(weights.Path)
    {
        this.heads = heads;
        this.options = options;
        toQ = Add(new Linear(weights.At("to_q")));
        toK = Add(new Linear(weights.At("to_k")));
        toV = Add(new Linear(weights.At("to_v")));
        toOut = Add(new Linear(weights.At("to_out.0")));
    }

    /// <param name="x">[B, N, C] latent tokens, N = h w.</param>
    /// <param name="context">[B, L, Cctx] text states, or null for self-attention.</param>
    /// <returns>[B, N, C]</returns>
    public Tensor Forward(Tensor x, Tensor? context)
    {
        using var scope = NewDisposeScope();
        var source = context ?? x;
        var q = SplitHeads(toQ.Forward(x));         // [B, heads, N, d]
        var k = SplitHeads(toK.Forward(source));    // [B, heads, L, d]
        var v = SplitHeads(toV.Forward(source));    // [B, heads, L, d]
        var attended = AttentionKernels.Choose(options.AttentionKernel, q, k, isCausal: false).Run(q, k, v, isCausal: false);
        var merged = attended.transpose(1, 2).flatten(2);            // [B, N, C]
        return Observed(toOut.Forward(merged)).MoveToOuterDisposeScope();
    }

    private Tensor SplitHeads(Tensor t) => t.unflatten(2, [heads, t.size(2) / heads]).transpose(1, 2);
}
