namespace KohyaPS;

/// <summary>
/// A dataset of a dataset_config: subsets that are batched together, with settings of their own. Null means: as the configuration says.
/// <see cref="Overrides"/> holds caption and augmentation settings that its subsets inherit.
/// </summary>
public sealed record DatasetDefinition
{
    /// <summary>Pictures per forward pass.</summary>
    public int? BatchSize { get; init; }

    /// <summary>Settings for this dataset, by PascalCase name: buckets, captions, augmentation.</summary>
    public IReadOnlyDictionary<string, object?> Overrides { get; init; } = new Dictionary<string, object?>();

    /// <summary>Strength of the network while this dataset is trained. Kept for files that state it; the newest trainer no longer applies it.</summary>
    public double? NetworkMultiplier { get; init; }

    /// <summary>Its folders of pictures.</summary>
    public IReadOnlyList<SubsetDefinition> Subsets { get; init; } = [];
}
