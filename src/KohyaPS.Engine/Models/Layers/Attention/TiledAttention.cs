using TorchSharp;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Models.Layers.Attention;

/// <summary>
/// Attention by tiles that fit the processor's cache (after Dao et al. 2022, arXiv 2205.14135): plain products for each tile with the softmax
/// between them in one pass. The backward pass computes the probabilities again, so that memory grows with N only. In bfloat16 it is faster than
/// the fused kernel, which computes its products in another library than libtorch's own.
/// </summary>
internal sealed class TiledAttention : IAttentionKernel
{
    // Below, a product is too small to be worth a call of its own.
    private const long MinRows = 64;

    /// <summary>True where the kernel can take the call and is the faster one.</summary>
    /// <param name="q">[B, heads, N, d]</param>
    public static bool Suits(Tensor q) =>
        RowKernels.IsSupported && q.device_type == DeviceType.CPU && q.dtype == bfloat16 && q.size(2) >= MinRows;

    /// <inheritdoc/>
    public Tensor Run(Tensor q, Tensor k, Tensor v, bool isCausal)
    {
        if (isCausal)
            throw new ArgumentException("Tiled attention has no causal form.", nameof(isCausal));
        using var scope = NewDisposeScope();
        var records = is_grad_enabled() && (q.requires_grad || k.requires_grad || v.requires_grad);
        var output = records ? TiledAttentionFunction.Run(q, k, v) : AttentionTiles.Forward(q, k, v).Output;
        return output.transpose(1, 2).MoveToOuterDisposeScope();
    }
}
