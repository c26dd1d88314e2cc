namespace KohyaPS.Engine.Training.Saving;

/// <summary>All that the metadata of a network file are made of.</summary>
internal sealed record TrainingRecord
{
    /// <summary>The configuration.</summary>
    public required LoraConfig Config { get; init; }

    /// <summary>The pictures that take part.</summary>
    public required IReadOnlyList<BucketedDataset> Datasets { get; init; }

    /// <summary>Steps and epochs as planned.</summary>
    public required TrainingLength Length { get; init; }

    /// <summary>The models and other files that it was given.</summary>
    public required TrainingSources Sources { get; init; }

    /// <summary>The effective seed.</summary>
    public required long Seed { get; init; }

    /// <summary>Shared by all files of the run.</summary>
    public required long SessionId { get; init; }

    /// <summary>When the training began, Unix seconds.</summary>
    public required double StartedAt { get; init; }

    /// <summary>When this file is written, in local time.</summary>
    public required DateTimeOffset FinishedAt { get; init; }

    /// <summary>The same, as Unix seconds.</summary>
    public double FinishedSeconds => (FinishedAt - DateTimeOffset.UnixEpoch).TotalSeconds;

    /// <summary>Steps that are in the file.</summary>
    public required int Step { get; init; }

    /// <summary>Whole epochs that are in the file.</summary>
    public required int Epoch { get; init; }

    /// <summary>In which type the frozen models computed.</summary>
    public required MixedPrecision ComputedIn { get; init; }

    /// <summary>The program, as "name/version".</summary>
    public required string Program { get; init; }
}
