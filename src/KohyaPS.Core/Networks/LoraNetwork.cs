namespace KohyaPS;

/// <summary>What a LoRA file holds, as Get-LoraNetwork reads it: shape, origin and training record, not the weights.</summary>
public sealed record LoraNetwork
{
    /// <summary>Full path of the file.</summary>
    public required string Path { get; init; }

    /// <summary>Name of the file without its extension.</summary>
    public string Name => System.IO.Path.GetFileNameWithoutExtension(Path);

    /// <summary>The same as <see cref="Path"/>, under the name by which cmdlets take files from the pipeline.</summary>
    public string FullName => Path;

    /// <summary>Size of the file in bytes.</summary>
    public long SizeBytes { get; init; }

    /// <summary>Generation of the model that it belongs to, by its layers; null where they do not tell.</summary>
    public ModelFamily? Family { get; init; }

    /// <summary>Kind of most modules.</summary>
    public LoraAlgorithm Algorithm { get; init; }

    /// <summary>Rank of most linear layers; null where there is none.</summary>
    public int? Dim { get; init; }

    /// <summary>Scale numerator of most modules; null where the file has none, which means the rank.</summary>
    public double? Alpha { get; init; }

    /// <summary>Number type of the weights, as safetensors names it: F16, BF16, F32.</summary>
    public required string Dtype { get; init; }

    /// <summary>The adapted layers, in the order of the file.</summary>
    public IReadOnlyList<LoraModule> Modules { get; init; } = [];

    /// <summary>Number of adapted U-Net layers.</summary>
    public int UnetModules { get; init; }

    /// <summary>Number of adapted text-encoder layers.</summary>
    public int TextEncoderModules { get; init; }

    /// <summary>network_module of the trainer, where the file says it.</summary>
    public string? NetworkModule { get; init; }

    /// <summary>sshs_model_hash as the data have it now: the hash by which web UIs recognise the network.</summary>
    public required string ModelHash { get; init; }

    /// <summary>The free text of the header: training settings (ss_...), origin (modelspec...).</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();
}
