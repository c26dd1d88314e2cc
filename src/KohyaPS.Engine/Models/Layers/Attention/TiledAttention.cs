using TorchSharp;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Models.Layers.Attention;

/// <summary>
/// Attention by tiles that fit the processor's cache (after Dao et al. 2022, arXiv 2205.14135), in float32 and bfloat16. The backward pass
/// computes the probabilities again, so that memory grows with N only. It is faster than libtorch's fused kernel, whose products are slow for
/// heads as narrow as those of image models.
/// </summary>
internal sealed class TiledAttention : IAttentionKernel
{
    // Below, a product is too small to be worth a call of its own.
    private const long MinRows = 64;

    /// <summary>True where the kernel can take the call and is the faster one.</summary>
    /// <param name="q">[B, heads, N, d]</param>
    public static bool Suits(Tensor q) =>
        RowKernels.IsSupported && q.device_type == DeviceType.CPU && q.dtype is ScalarType.Float32 or ScalarType.BFloat16 && q.size(2) >= MinRows;

    /// <inheritdoc/>
    public Tensor Run(Tensor q, Tensor k, Tensor v, bool isCausal)
    {
        if (isCausal)
            throw new ArgumentException("Tiled attention has no causal form.", nameof(isCausal));
        using var scope = NewDisposeScope();
        var records = is_grad_enabled() && (q.requires_grad || k.requires_grad || v.requires_grad);
        var output = records ? TiledAttentionFunction.Run(q, k, v) : Forward(q, k, v).Output;
        return output.transpose(1, 2).MoveToOuterDisposeScope();
    }

    /// <summary>The pass for the type. Without a graph.</summary>
    /// <inheritdoc cref="LibraryTiles.Forward"/>
    public static (Tensor Output, Tensor LogSums) Forward(Tensor q, Tensor k, Tensor v) =>
        q.dtype == float32 ? RegisterForward.Run(q, k, v) : LibraryTiles.Forward(q, k, v);

    /// <summary>The pass for the type. Without a graph.</summary>
    /// <inheritdoc cref="LibraryTiles.Backward"/>
    public static (Tensor Q, Tensor K, Tensor V) Backward(Tensor q, Tensor k, Tensor v, Tensor output, Tensor logSums, Tensor gradient) =>
        q.dtype == float32 ? RegisterBackward.Run(q, k, v, output, logSums, gradient) : LibraryTiles.Backward(q, k, v, output, logSums, gradient);
}
