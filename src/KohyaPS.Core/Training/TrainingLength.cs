namespace KohyaPS;

/// <summary>How long a training is, in all its units.</summary>
public sealed record TrainingLength
{
    /// <summary>Batches of an epoch, over all buckets.</summary>
    public required int BatchesPerEpoch { get; init; }

    /// <summary>Optimizer steps of an epoch: batches / accumulation, the last one of an epoch also when it is not full.</summary>
    public required int StepsPerEpoch { get; init; }

    /// <summary>Optimizer steps of the whole training.</summary>
    public required int TotalSteps { get; init; }

    /// <summary>Epochs of the whole training; the last one may end early.</summary>
    public required int Epochs { get; init; }

    /// <summary>Steps of the warm-up.</summary>
    public required int WarmupSteps { get; init; }

    /// <summary>Steps of the decay of warmup_stable_decay.</summary>
    public required int DecaySteps { get; init; }

    /// <summary>Step from which all tags of a caption are in use.</summary>
    public required int TokenWarmupSteps { get; init; }

    /// <summary>Epochs between two saves, or null for none.</summary>
    public required int? SaveEveryNEpochs { get; init; }

    /// <summary>What ends the training.</summary>
    public required LengthLimit LimitedBy { get; init; }

    /// <summary>How the number of steps came about, written out.</summary>
    public required string Equation { get; init; }

    /// <summary>Whether the last epoch ends before all its batches were trained.</summary>
    public bool LastEpochIsPartial => (long)StepsPerEpoch * Epochs > TotalSteps;
}
