namespace KohyaPS;

/// <summary>Attention kernel.</summary>
public enum CrossAttention
{
    /// <summary>Plain attention.</summary>
    [Spelling("none")]
    None,

    /// <summary>Fused scaled dot product attention.</summary>
    [Spelling("sdpa")]
    Sdpa,

    /// <summary>Memory-efficient attention; here the same kernel as sdpa.</summary>
    [Spelling("xformers")]
    Xformers,
}
