namespace KohyaPS;

/// <summary>Number type of a saved file.</summary>
public enum SavePrecision
{
    /// <summary>float32.</summary>
    [Spelling("float")]
    Float,

    /// <summary>float16.</summary>
    [Spelling("fp16")]
    Fp16,

    /// <summary>bfloat16.</summary>
    [Spelling("bf16")]
    Bf16,
}
