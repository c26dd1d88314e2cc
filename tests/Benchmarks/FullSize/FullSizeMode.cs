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

    /// <summary>The word for the type.</summary>
    public string Type => Precision == MixedPrecision.No ? "fp32" : "bf16";

    /// <summary>For instance <c>bf16-checkpointing</c>.</summary>
    public override string ToString() => UsesCheckpointing ? $"{Type}-checkpointing" : Type;
}
