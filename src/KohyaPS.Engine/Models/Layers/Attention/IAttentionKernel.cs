using static TorchSharp.torch;

namespace KohyaPS.Engine.Models.Layers.Attention;

/// <summary>One way to compute softmax(q k^T / sqrt(d)) v. All give the same numbers up to rounding.</summary>
internal interface IAttentionKernel
{
    /// <param name="q">[B, heads, N, d]</param>
    /// <param name="k">[B, heads, L, d]</param>
    /// <param name="v">[B, heads, L, d]</param>
    /// <param name="isCausal">True lets position i look at the positions 0 to i only.</param>
    /// <returns>[B, heads, N, d]</returns>
    Tensor Run(Tensor q, Tensor k, Tensor v, bool isCausal);
}
