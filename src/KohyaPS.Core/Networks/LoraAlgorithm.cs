namespace KohyaPS;

/// <summary>How a network file changes the weights of a layer.</summary>
public enum LoraAlgorithm
{
    /// <summary>Tensors that are not known here.</summary>
    Unknown,

    /// <summary>Product of two small matrices (LoRA, LoCon).</summary>
    Lora,

    /// <summary>Hadamard product of two low-rank products (LoHa).</summary>
    LoHa,

    /// <summary>Kronecker product (LoKr).</summary>
    LoKr,

    /// <summary>One factor for each channel (IA3).</summary>
    Ia3,

    /// <summary>The whole difference.</summary>
    Full,

    /// <summary>Weights of normalisations.</summary>
    Norm,

    /// <summary>Orthogonal rotations (OFT, BOFT).</summary>
    Oft,

    /// <summary>Generalised LoRA.</summary>
    GLora,
}
