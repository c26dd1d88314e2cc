namespace KohyaPS;

/// <summary>Where a dataset lies and how it is to be read: what <see cref="DatasetReader"/> works from.</summary>
public sealed record DatasetSource
{
    /// <summary>Folder that holds the folders named repeats_name (train_data_dir).</summary>
    public string? ImageFolder { get; init; }

    /// <summary>The same for regularisation pictures (reg_data_dir).</summary>
    public string? RegularizationFolder { get; init; }

    /// <summary>Where networks are to be saved (output_dir); carried on, not read.</summary>
    public string? OutputFolder { get; init; }

    /// <summary>Where logs are to be written (logging_dir); carried on, not read.</summary>
    public string? LoggingFolder { get; init; }

    /// <summary>The settings of all subsets found by the folder convention.</summary>
    public SubsetSettings Settings { get; init; } = new();

    /// <summary>Subsets named outright; where there are any, the two image folders are not looked at.</summary>
    public IReadOnlyList<SubsetSource> Subsets { get; init; } = [];

    /// <summary>Pictures in a batch.</summary>
    public int BatchSize { get; init; } = 1;

    /// <summary>Sizes at which the pictures are trained.</summary>
    public BucketsSettings Buckets { get; init; } = new();

    /// <summary>Strength of the network while this dataset is trained.</summary>
    public double NetworkMultiplier { get; init; } = 1;

    /// <summary>The datasets of a configuration: its own, or the one that its folders describe.</summary>
    public static IReadOnlyList<DatasetSource> From(LoraConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        if (config.Datasets is not { } definitions)
            return [config.Folders.InJson is null ? OfFolders(config) : OfMetadata(config)];
        return [.. definitions.Select(definition => Of(config.For(definition)) with
        {
            NetworkMultiplier = definition.NetworkMultiplier ?? 1,
            Subsets = [.. definition.Subsets.Select(subset => Of(config.For(definition, subset), subset))],
        })];
    }

    private static DatasetSource OfFolders(LoraConfig config) =>
        Of(config) with { ImageFolder = config.Resolve(config.Folders.TrainDataDir), RegularizationFolder = config.Resolve(config.Folders.RegDataDir) };

    // With in_json, train_data_dir is the folder of the pictures itself, and there are no regularisation pictures.
    private static DatasetSource OfMetadata(LoraConfig config) =>
        Of(config) with { Subsets = [Of(config, new SubsetDefinition { ImageDir = config.Folders.TrainDataDir, MetadataFile = config.Folders.InJson })] };

    private static DatasetSource Of(LoraConfig config) => new()
    {
        OutputFolder = config.Resolve(config.Folders.OutputDir),
        LoggingFolder = config.Resolve(config.Folders.LoggingDir),
        Settings = SubsetSettings.From(config),
        Buckets = config.Buckets,
        BatchSize = config.Training.TrainBatchSize,
    };

    private static SubsetSource Of(LoraConfig config, SubsetDefinition subset)
    {
        return new()
        {
            Folder = config.Resolve(subset.ImageDir) ?? "",
            MetadataFile = config.Resolve(subset.MetadataFile),
            MaskFolder = config.Resolve(subset.ConditioningDataDir),
            Repeats = subset.NumRepeats ?? config.Folders.DatasetRepeats,
            ClassTokens = subset.ClassTokens,
            IsRegularization = subset.IsReg,
            Settings = SubsetSettings.From(config) with { CustomAttributes = subset.CustomAttributes, PreservesOutput = subset.DiffOutputPreservation == true },
        };
    }
}
