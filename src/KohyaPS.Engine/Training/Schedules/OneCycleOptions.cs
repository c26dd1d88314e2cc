namespace KohyaPS.Engine.Training.Schedules;

/// <summary>The shape of a <see cref="OneCycle"/>; the defaults are those of torch.optim.lr_scheduler.OneCycleLR.</summary>
internal sealed record OneCycleOptions
{
    /// <summary>Highest rate: one for all groups, or one for each.</summary>
    public required IReadOnlyList<double> MaximumRates { get; init; }

    /// <summary>Steps of the whole cycle.</summary>
    public required long Total { get; init; }

    /// <summary>Share of the steps that goes up.</summary>
    public double RisingShare { get; init; } = 0.3;

    /// <summary>Whether the way is a line, not half a cosine.</summary>
    public bool IsLinear { get; init; }

    /// <summary>First rate = highest / this.</summary>
    public double StartDivisor { get; init; } = 25;

    /// <summary>Last rate = first / this.</summary>
    public double EndDivisor { get; init; } = 1e4;

    /// <summary>Whether it comes down in two phases: as steeply as it went up, then to the last rate.</summary>
    public bool HasThreePhases { get; init; }

    /// <summary>Lowest and highest momentum; null leaves it alone.</summary>
    public (double Lowest, double Highest)? Momentum { get; init; }
}
