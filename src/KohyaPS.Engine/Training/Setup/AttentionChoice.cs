using KohyaPS.Engine.Models.Layers.Attention;

namespace KohyaPS.Engine.Training.Setup;

/// <summary>The attention algorithm that a configuration asks for. All give the same numbers up to rounding.</summary>
/// <param name="Kernel">The kernel; null chooses the fastest for each call.</param>
/// <param name="InWords">What is used, for the report at the start.</param>
internal sealed record AttentionChoice(IAttentionKernel? Kernel, string InWords)
{
    /// <summary>Maps the settings: MemEffAttn wins over CrossAttention. xformers exists for Python only, and our kernels and libtorch's take its place.</summary>
    public static AttentionChoice Make(RuntimeSettings settings) => settings switch
    {
        { MemEffAttn: true } => new(AttentionKernels.Fused, "libtorch's fused kernel, in chunks (mem_eff_attn)"),
        { CrossAttention: CrossAttention.None } => new(AttentionKernels.Explicit, "written out (none)"),
        { CrossAttention: CrossAttention.Sdpa } => new(null, "the fastest kernel for each call (sdpa)"),
        _ => new(null, "the fastest kernel for each call (in place of xformers)"),
    };
}
