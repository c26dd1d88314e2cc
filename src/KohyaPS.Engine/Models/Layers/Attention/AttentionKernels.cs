using TorchSharp;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Models.Layers.Attention;

/// <summary>The attention kernels, and which one suits a call.</summary>
internal static class AttentionKernels
{
    /// <summary>Up to this many keys (a prompt of one chunk has 77) the probabilities are small and three plain products are fastest.</summary>
    public const long ShortKeys = 256;

    /// <summary>Scores, softmax and product, one after the other.</summary>
    public static IAttentionKernel Explicit { get; } = new ExplicitAttention();

    /// <summary>libtorch's fused kernel.</summary>
    public static IAttentionKernel Fused { get; } = new FusedAttention();

    /// <summary>Tiles that stay in the processor's cache.</summary>
    public static IAttentionKernel Tiled { get; } = new TiledAttention();

    /// <summary>The kernel for a call: the one asked for, else the fastest for type and sizes; on a card always the fused one.</summary>
    public static IAttentionKernel Choose(IAttentionKernel? wanted, Tensor q, Tensor k, bool isCausal) => wanted switch
    {
        not null => wanted,
        _ when k.device_type == DeviceType.CUDA => Fused,
        _ when k.size(2) <= ShortKeys => Explicit,
        _ when !isCausal && TiledAttention.Suits(q) => Tiled,
        _ => Fused,
    };
}
