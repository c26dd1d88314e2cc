namespace KohyaPS;

/// <summary>A Stable Diffusion checkpoint that was written here.</summary>
public sealed record DiffusionCheckpoint
{
    /// <summary>Full path of the file or folder.</summary>
    public required string Path { get; init; }

    /// <summary>Name of the file without its extension, or of the folder.</summary>
    public string Name => IsDiffusersFolder
        ? System.IO.Path.GetFileName(System.IO.Path.TrimEndingDirectorySeparator(Path))
        : System.IO.Path.GetFileNameWithoutExtension(Path);

    /// <summary>The same as <see cref="Path"/>, under the name by which cmdlets take files from the pipeline.</summary>
    public string FullName => Path;

    /// <summary>Size of the weights' files in bytes.</summary>
    public long SizeBytes { get; init; }

    /// <summary>Generation of the model.</summary>
    public ModelFamily Family { get; init; }

    /// <summary>True for a diffusers folder, false for a single file.</summary>
    public bool IsDiffusersFolder { get; init; }

    /// <summary>Number type of its weights; null where they kept 8 bits.</summary>
    public SavePrecision? Precision { get; init; }

    /// <summary>The checkpoint that it was made from.</summary>
    public string? Source { get; init; }

    /// <summary>The networks merged into it, in order.</summary>
    public IReadOnlyList<MergedNetwork> MergedNetworks { get; init; } = [];

    /// <summary>Number of tensors in the file.</summary>
    public int Tensors { get; init; }

    /// <summary>Number of tensors that the merge changed.</summary>
    public int ChangedTensors { get; init; }

    /// <summary>The metadata written to its header.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();
}
