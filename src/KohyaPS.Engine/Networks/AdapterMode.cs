namespace KohyaPS.Engine.Networks;

/// <summary>What all adapters of a network share while they run.</summary>
/// <param name="draws">Random numbers of dropouts.</param>
internal sealed class AdapterMode(INetworkDraws draws)
{
    /// <summary>Random numbers of dropouts.</summary>
    public INetworkDraws Draws { get; } = draws;

    /// <summary>True in training: only then anything is dropped.</summary>
    public bool IsTraining { get; set; } = true;

    /// <summary>Strength of the network; 1 in training.</summary>
    public double Multiplier { get; set; } = 1;

    /// <summary>Probability of dropping a value of the down projection.</summary>
    public double ValueDropout { get; init; }

    /// <summary>Probability of dropping a rank component of a sample.</summary>
    public double RankDropout { get; init; }

    /// <summary>Probability of skipping a whole adapter.</summary>
    public double ModuleDropout { get; init; }

    /// <summary>True where anything may be dropped now.</summary>
    public bool HasDropout => IsTraining && (ValueDropout > 0 || RankDropout > 0 || ModuleDropout > 0);
}
