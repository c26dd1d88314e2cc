using KohyaPS.Engine.Models.Layers.Attention;

namespace KohyaPS.Engine.Models.Layers;

/// <summary>How the blocks of one model compute; all of them share one object, so that it can be changed between steps.</summary>
internal sealed class ForwardOptions
{
    /// <summary>
    /// True keeps only the boundaries of the blocks for the backward pass and computes the insides again: less memory, more time, the same numbers.
    /// </summary>
    public bool UseCheckpointing { get; set; }

    /// <summary>The attention algorithm; null chooses by type and size at each call.</summary>
    public IAttentionKernel? AttentionKernel { get; set; }
}
