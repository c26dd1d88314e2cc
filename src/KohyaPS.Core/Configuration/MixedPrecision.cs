namespace KohyaPS;

/// <summary>Number type of the frozen model.</summary>
public enum MixedPrecision
{
    /// <summary>bf16 where the device is fast with it, else float32.</summary>
    [Spelling("auto")]
    Auto,

    /// <summary>float32.</summary>
    [Spelling("no")]
    No,

    /// <summary>float16.</summary>
    [Spelling("fp16")]
    Fp16,

    /// <summary>bfloat16.</summary>
    [Spelling("bf16")]
    Bf16,
}
