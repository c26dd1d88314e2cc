namespace KohyaPS;

/// <summary>Why a state was written. Only <see cref="Schedule"/> ones are ever removed by retention settings.</summary>
public enum TrainingStateReason
{
    /// <summary>A save every N steps or epochs.</summary>
    Schedule,

    /// <summary>Save-TrainingState asked for it.</summary>
    Request,

    /// <summary>The training was stopped.</summary>
    Stop,

    /// <summary>The training reached its end.</summary>
    End,
}

/// <summary>A saved training that <c>Start-LoraTraining -Resume</c> continues: a folder whose manifest was written last.</summary>
public sealed record TrainingState
{
    /// <summary>The folder.</summary>
    public required string Path { get; init; }

    /// <summary>The training's name: the output name of its configuration.</summary>
    public required string Name { get; init; }

    /// <summary>Optimizer updates done.</summary>
    public required int Step { get; init; }

    /// <summary>The running epoch, from 1.</summary>
    public required int Epoch { get; init; }

    /// <summary>Micro-batches of the running epoch already used.</summary>
    public required int BatchInEpoch { get; init; }

    /// <summary>Steps of the whole training.</summary>
    public required int TotalSteps { get; init; }

    /// <summary>Why it was written.</summary>
    public required TrainingStateReason Reason { get; init; }

    /// <summary>When it was written.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>Version of KohyaPS that wrote it.</summary>
    public required string WrittenBy { get; init; }
}
