namespace KohyaPS;

/// <summary>A set of native libraries that trainings can run on.</summary>
public sealed record LoraRuntime
{
    /// <summary>What it computes on: Cpu or Cuda.</summary>
    public required string Backend { get; init; }

    /// <summary>The version of libtorch.</summary>
    public required string Version { get; init; }

    /// <summary>The system, for instance win-x64.</summary>
    public required string Runtime { get; init; }

    /// <summary>The folder.</summary>
    public required string Path { get; init; }

    /// <summary>Bytes on disk.</summary>
    public required long SizeBytes { get; init; }

    /// <summary>How many files it has.</summary>
    public required int FileCount { get; init; }

    /// <summary>Where the packages came from.</summary>
    public required string Source { get; init; }
}
