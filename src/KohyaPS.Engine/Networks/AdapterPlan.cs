namespace KohyaPS.Engine.Networks;

/// <summary>One adapter to be made: where, how large, and who trains its two matrices.</summary>
/// <param name="Target">The layer.</param>
/// <param name="Rank">Rank of the update; number of blocks for OFT.</param>
/// <param name="Alpha">Numerator of the scale; the constraint for OFT.</param>
internal sealed record AdapterPlan(TargetLayer Target, int Rank, double Alpha)
{
    /// <summary>The adapter's name.</summary>
    public string Name => Target.Name;

    /// <summary>True where sd-scripts stores alpha as a whole number: the rank stood in for an alpha of 0.</summary>
    public bool AlphaIsWhole { get; init; }

    /// <summary>Index of the parameter group that trains the down matrix; null where nothing trains it.</summary>
    public int? DownGroup { get; init; }

    /// <summary>Index of the parameter group that trains the up matrix; null where nothing trains it.</summary>
    public int? UpGroup { get; init; }
}
