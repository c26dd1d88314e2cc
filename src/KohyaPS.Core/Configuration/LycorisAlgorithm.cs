namespace KohyaPS;

/// <summary>Algorithm of a LyCORIS network.</summary>
public enum LycorisAlgorithm
{
    /// <summary>LoCon.</summary>
    [Spelling("lora")]
    Lora,

    /// <summary>Hadamard product.</summary>
    [Spelling("loha")]
    LoHa,

    /// <summary>(IA)3.</summary>
    [Spelling("ia3")]
    Ia3,

    /// <summary>Kronecker product.</summary>
    [Spelling("lokr")]
    LoKr,

    /// <summary>DyLoRA.</summary>
    [Spelling("dylora")]
    DyLora,

    /// <summary>GLoRA.</summary>
    [Spelling("glora")]
    GLora,

    /// <summary>The whole weight.</summary>
    [Spelling("full")]
    Full,

    /// <summary>Diagonal OFT.</summary>
    [Spelling("diag-oft")]
    DiagOft,

    /// <summary>Butterfly OFT.</summary>
    [Spelling("boft")]
    Boft,
}
