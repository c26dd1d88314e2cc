namespace KohyaPS;

/// <summary>How a training ended and what it left: the object that <c>Start-LoraTraining</c> returns.</summary>
public sealed record TrainingResult
{
    /// <summary>The training's name: the output name of its configuration.</summary>
    public required string Name { get; init; }

    /// <summary>The number by which other sessions named this training while it ran.</summary>
    public required string RunId { get; init; }

    /// <summary>How it ended, as a number for scripts.</summary>
    public required TrainingExitCode ExitCode { get; init; }

    /// <summary>What happened, for a person; null when all went well.</summary>
    public string? Message { get; init; }

    /// <summary>The trained network file; null when none was finished.</summary>
    public string? NetworkPath { get; init; }

    /// <summary>The last state written; null when there is none.</summary>
    public TrainingState? State { get; init; }

    /// <summary>Optimizer updates done, those before a resume included.</summary>
    public int Steps { get; init; }

    /// <summary>Epochs finished.</summary>
    public int Epochs { get; init; }

    /// <summary>Mean of the most recent loss at each position of the epoch; NaN before the first step.</summary>
    public double AverageLoss { get; init; } = double.NaN;

    /// <summary>Time from the start to the end.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>The largest memory of the process, in bytes.</summary>
    public long PeakMemoryBytes { get; init; }

    /// <summary>The structured log (JSON lines); null when nothing ran.</summary>
    public string? LogPath { get; init; }

    /// <summary>The loss over the steps as a picture (SVG); null when no step was done.</summary>
    public string? LossCurvePath { get; init; }

    /// <summary>The folder of the run's outputs.</summary>
    public string? OutputFolder { get; init; }

    /// <summary>The base model it was trained on.</summary>
    public string? BaseModel { get; init; }

    /// <summary>True when all steps were done.</summary>
    public bool Succeeded => ExitCode == TrainingExitCode.Done;

    /// <summary>Writes the end state of the finished training, from what the trainer kept; null when nothing was kept.</summary>
    internal Func<TrainingState>? WriteEndState { get; init; }

    /// <summary>The end state: the one that was written, else written now.</summary>
    /// <exception cref="TrainingException">The training kept nothing that could be saved: it did not reach its end, or the result comes from another process.</exception>
    public TrainingState SaveState() => State is { Reason: TrainingStateReason.End or TrainingStateReason.Stop } state && Directory.Exists(state.Path)
        ? state
        : WriteEndState?.Invoke() ?? throw new TrainingException(TrainingExitCode.Invalid,
            $"'{Name}' left no end state to save: it did not reach its end, or its result comes from another session. {(State is null ? "" : $"Its last state is '{State.Path}'. ")}Train with -SaveStateOnTrainEnd to write the end state to disk.");
}
