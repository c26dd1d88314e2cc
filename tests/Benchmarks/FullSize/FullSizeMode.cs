namespace KohyaPS.Benchmarks.FullSize;

/// <summary>One way to train the full-size model.</summary>
/// <param name="Precision">Type of the frozen model.</param>
/// <param name="UsesCheckpointing">Whether the insides of the blocks are computed again for the backward pass.</param>
internal sealed record FullSizeMode(MixedPrecision Precision, bool UsesCheckpointing)
{
    /// <summary>All four.</summary>
    public static IReadOnlyList<FullSizeMode> All { get; } =
    [
        new(MixedPrecision.No, false),
        new(MixedPrecision.No, true),
        new(MixedPrecision.Bf16, false),
        new(MixedPrecision.Bf16, true),
    ];

    /// <summary>How the frozen model is stored.</summary>
    public BaseStorage Storage { get; init; }

    /// <summary>Those of the SDXL-shaped model, for which float32 without checkpointing takes more memory than usual machines have.</summary>
    public static IReadOnlyList<FullSizeMode> Large { get; } =
    [
        new(MixedPrecision.Bf16, true),
        new(MixedPrecision.Bf16, false),
        new(MixedPrecision.Bf16, true) { Storage = BaseStorage.Int8 },
        new(MixedPrecision.No, true),
        new(MixedPrecision.No, true) { Storage = BaseStorage.Int8 },
    ];

    /// <summary>The word for the type.</summary>
    public string Type => Precision == MixedPrecision.No ? "fp32" : "bf16";

    /// <summary>For instance <c>bf16-checkpointing</c>.</summary>
    public override string ToString() => Type + (UsesCheckpointing ? "-checkpointing" : "") + (Storage == BaseStorage.Int8 ? "-int8" : "");
}
