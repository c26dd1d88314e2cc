namespace KohyaPS;

/// <summary>A training that runs on this machine, in this session or another.</summary>
public sealed record ActiveTraining
{
    /// <summary>The number by which to name it.</summary>
    public required string RunId { get; init; }

    /// <summary>Its name: the output name of its configuration.</summary>
    public required string Name { get; init; }

    /// <summary>Where it writes.</summary>
    public required string OutputFolder { get; init; }

    /// <summary>The process that runs it.</summary>
    public required int ProcessId { get; init; }

    /// <summary>When that process started: tells it from a later one with the same number.</summary>
    public required DateTimeOffset ProcessStarted { get; init; }

    /// <summary>When the training started.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>Steps of the whole training.</summary>
    public required int TotalSteps { get; init; }

    /// <summary>Time since the training started.</summary>
    public TimeSpan Elapsed => DateTimeOffset.UtcNow - Started;
}
