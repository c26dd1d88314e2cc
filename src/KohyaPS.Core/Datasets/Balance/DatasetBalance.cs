namespace KohyaPS;

/// <summary>One concept of an image folder: how often it is trained, and the repeats that would balance it with the others.</summary>
public sealed record DatasetBalance
{
    /// <summary>Name of the folder, such as 10_shs dog.</summary>
    public required string Name { get; init; }

    /// <summary>Full path of the folder.</summary>
    public required string Path { get; init; }

    /// <summary>Number of pictures directly in the folder.</summary>
    public int Images { get; init; }

    /// <summary>Repeats in the name now; null when the name has none.</summary>
    public int? Repeats { get; init; }

    /// <summary>Share of the wanted steps, from a leading {x} in the name; 1 without.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>The wanted steps of the concept in an epoch: those asked for, times the weight.</summary>
    public double WantedSteps { get; init; }

    /// <summary>The repeats that come nearest to the wanted steps; null for what is left alone.</summary>
    public int? NewRepeats { get; init; }

    /// <summary>The name with the new repeats; null for what is left alone.</summary>
    public string? NewName { get; init; }

    /// <summary>Steps at batch size 1 that the new repeats give: repeats times pictures.</summary>
    public long Steps => (long)(NewRepeats ?? 0) * Images;

    /// <summary>Difference between the steps reached and those wanted, in percent of those wanted.</summary>
    public double DeviationPercent => NewRepeats is null || WantedSteps == 0 ? 0 : 100 * (Steps - WantedSteps) / WantedSteps;

    /// <summary>What balancing does with the folder.</summary>
    public BalanceAction Action { get; init; }

    /// <summary>Why it is left alone or cannot be renamed, and what to do; null where all is well.</summary>
    public string? Reason { get; init; }
}
