namespace KohyaPS;

/// <summary>
/// A dataset of a dataset_config: subsets that are batched together, with settings of their own.
/// What it does not set is as the configuration says; <see cref="LoraConfig.For(DatasetDefinition)"/> joins the two.
/// </summary>
public sealed record DatasetDefinition
{
    /// <summary>Settings for this dataset and its subsets, by PascalCase name: batch size, buckets, captions, augmentation, validation.</summary>
    public IReadOnlyDictionary<string, object?> Overrides { get; init; } = new Dictionary<string, object?>();

    /// <summary>Strength of the network while this dataset is trained. Kept for files that state it; the newest trainer no longer applies it.</summary>
    public double? NetworkMultiplier { get; init; }

    /// <summary>Its folders of pictures.</summary>
    public IReadOnlyList<SubsetDefinition> Subsets { get; init; } = [];
}
