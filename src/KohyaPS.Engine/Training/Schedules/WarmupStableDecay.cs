namespace KohyaPS.Engine.Training.Schedules;

/// <summary>
/// Up for the warm-up, level, then down for the decay, between a floor and 1 (transformers 4.50 and later). Each slope is a line, half a cosine or
/// one minus a root.
/// </summary>
internal sealed record WarmupStableDecay
{
    /// <summary>Steps of the warm-up.</summary>
    public required long Warmup { get; init; }

    /// <summary>Steps at the full rate; below 0 where warm-up and decay do not fit into the training.</summary>
    public required long Stable { get; init; }

    /// <summary>Steps of the decay.</summary>
    public required long Decay { get; init; }

    /// <summary>Where the warm-up begins and the decay ends.</summary>
    public double Floor { get; init; }

    /// <summary>Whole waves of a cosine decay: a half goes down once.</summary>
    public double Cycles { get; init; } = 0.5;

    /// <summary>linear, cosine or 1-sqrt.</summary>
    public string WarmupType { get; init; } = "linear";

    /// <summary>linear, cosine or 1-sqrt.</summary>
    public string DecayType { get; init; } = "cosine";

    /// <summary>The factor on the learning rates.</summary>
    public double Factor(long step)
    {
        if (step < Warmup)
            return Above(Rise(step / (double)Math.Max(1, Warmup)));
        if (step < Warmup + Stable)
            return 1;
        return step < Warmup + Stable + Decay
            ? Math.Max(0, Above(Fall((step - Warmup - Stable) / (double)Math.Max(1, Decay))))
            : Floor;
    }

    private double Above(double factor) => factor * (1 - Floor) + Floor;

    private double Rise(double progress) => WarmupType switch
    {
        "cosine" => 0.5 * (1 - Math.Cos(Math.PI * progress)),
        "1-sqrt" => 1 - Math.Sqrt(1 - progress),
        _ => progress,
    };

    private double Fall(double progress) => DecayType switch
    {
        "linear" => 1 - progress,
        "1-sqrt" => 1 - Math.Sqrt(progress),
        _ => 0.5 * (1 + Math.Cos(Math.PI * Cycles * 2 * progress)),
    };
}
