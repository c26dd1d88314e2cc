namespace KohyaPS.Benchmarks.FullSize;

/// <summary>One way to train the full-size model.</summary>
/// <param name="Precision">Type of the frozen model.</param>
/// <param name="UsesCheckpointing">Whether the insides of the blocks are computed again for the backward pass.</param>
internal sealed record FullSizeMode(MixedPrecision Precision, bool UsesCheckpointing)
{
    /// <summary>Width and height that SDXL was made for.</summary>
    public const int NativeSide = 1024;

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

    /// <summary>Width and height of the picture.</summary>
    public int Side { get; init; } = 512;

    /// <summary>Those of the SDXL-shaped model, at 512 and at the size that it was made for.</summary>
    public static IReadOnlyList<FullSizeMode> Large { get; } =
    [
        .. All,
        new(MixedPrecision.Bf16, true) { Storage = BaseStorage.Int8 },
        new(MixedPrecision.No, true) { Storage = BaseStorage.Int8 },
        .. All.Select(m => m with { Side = NativeSide }),
        new(MixedPrecision.Bf16, true) { Storage = BaseStorage.Int8, Side = NativeSide },
    ];

    /// <summary>The word for the type.</summary>
    public string Type => Precision == MixedPrecision.No ? "fp32" : "bf16";

    /// <summary>For instance <c>bf16-checkpointing</c>, <c>bf16-1024</c>.</summary>
    public override string ToString() =>
        Type + (UsesCheckpointing ? "-checkpointing" : "") + (Storage == BaseStorage.Int8 ? "-int8" : "") + (Side == NativeSide ? "-1024" : "");
}
