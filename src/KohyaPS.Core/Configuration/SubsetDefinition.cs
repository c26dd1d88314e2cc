namespace KohyaPS;

/// <summary>A folder of pictures inside a <see cref="DatasetDefinition"/>. Null means: as the dataset says.</summary>
public sealed record SubsetDefinition
{
    internal const string PreservationKey = "diff_output_preservation";

    /// <summary>Folder that holds the pictures directly, as given.</summary>
    public string? ImageDir { get; init; }

    /// <summary>Metadata JSON that names pictures and captions instead of caption files.</summary>
    public string? MetadataFile { get; init; }

    /// <summary>Folder of mask pictures with the same names, for masked loss.</summary>
    public string? ConditioningDataDir { get; init; }

    /// <summary>How often each picture is shown in an epoch.</summary>
    public int? NumRepeats { get; init; }

    /// <summary>Whether these are regularisation pictures.</summary>
    public bool IsReg { get; init; }

    /// <summary>Caption of pictures without caption file.</summary>
    public string? ClassTokens { get; init; }

    /// <summary>Settings for this subset, by PascalCase name: captions, augmentation, AlphaMask, ResizeInterpolation.</summary>
    public IReadOnlyDictionary<string, object?> Overrides { get; init; } = new Dictionary<string, object?>();

    /// <summary>Free values for its samples (custom_attributes).</summary>
    public IReadOnlyDictionary<string, object?> CustomAttributes { get; init; } = new Dictionary<string, object?>();

    /// <summary>Whether the target of its samples is what the base model predicts (custom attribute diff_output_preservation); null when it does not say.</summary>
    public bool? DiffOutputPreservation => CustomAttributes.TryGetValue(PreservationKey, out var value) && value is bool isPreserved ? isPreserved : null;
}
