namespace KohyaPS.Engine.Training.Schedules;

/// <summary>The shape of a <see cref="Cyclic"/> schedule; the defaults are those of torch.optim.lr_scheduler.CyclicLR.</summary>
internal sealed record CyclicOptions
{
    /// <summary>Lowest rate: one for all groups, or one for each.</summary>
    public required IReadOnlyList<double> LowestRates { get; init; }

    /// <summary>Highest rate, likewise.</summary>
    public required IReadOnlyList<double> HighestRates { get; init; }

    /// <summary>Steps that go up.</summary>
    public int Up { get; init; } = 2000;

    /// <summary>Steps that go down; null is as many.</summary>
    public int? Down { get; init; }

    /// <summary>triangular (always as high), triangular2 (half as high each time) or exp_range (lower by gamma in every step).</summary>
    public string Mode { get; init; } = "triangular";

    /// <summary>For exp_range.</summary>
    public double Gamma { get; init; } = 1;

    /// <summary>Lowest and highest momentum; null leaves it alone.</summary>
    public (double Lowest, double Highest)? Momentum { get; init; }
}
