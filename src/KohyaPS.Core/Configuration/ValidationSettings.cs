namespace KohyaPS;

/// <summary>A share of the pictures held back to measure the loss on.</summary>
public sealed record ValidationSettings : SettingGroup
{
    /// <summary>Share of each subset that is held back.</summary>
    [Setting(Minimum = 0, Maximum = 1)]
    public double ValidationSplit { get; init; }

    /// <summary>Seed of the split. Not set: Seed.</summary>
    [Setting]
    public long? ValidationSeed { get; init; }

    /// <summary>Measure every N steps, too.</summary>
    [Setting(Minimum = 1)]
    public int? ValidateEveryNSteps { get; init; }

    /// <summary>Measure every N epochs. Not set: every epoch.</summary>
    [Setting(Minimum = 1)]
    public int? ValidateEveryNEpochs { get; init; }

    /// <summary>Measure on at most this many batches.</summary>
    [Setting(Minimum = 1)]
    public int? MaxValidationSteps { get; init; }
}
