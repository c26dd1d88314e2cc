using static TorchSharp.torch;

namespace KohyaPS.Engine.Models.Layers.Attention;

/// <summary>libtorch's own fused kernel: memory grows with N, not with N times L.</summary>
internal sealed class FusedAttention : IAttentionKernel
{
    /// <inheritdoc/>
    public Tensor Run(Tensor q, Tensor k, Tensor v, bool isCausal) =>
        nn.functional.scaled_dot_product_attention(q, k, v, null!, 0, isCausal);
}
