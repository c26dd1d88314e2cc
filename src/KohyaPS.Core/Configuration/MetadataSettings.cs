namespace KohyaPS;

/// <summary>What the LoRA file says about itself.</summary>
public sealed record MetadataSettings : SettingGroup
{
    /// <summary>Free text stored in the file.</summary>
    [Setting(Gui = "training_comment")]
    public string? TrainingComment { get; init; }

    /// <summary>Write only the keys that other programs need to load the file.</summary>
    [Setting]
    public bool NoMetadata { get; init; }

    /// <summary>Title. Not set: the output name.</summary>
    [Setting]
    public string? MetadataTitle { get; init; }

    /// <summary>Author.</summary>
    [Setting]
    public string? MetadataAuthor { get; init; }

    /// <summary>Description.</summary>
    [Setting]
    public string? MetadataDescription { get; init; }

    /// <summary>Licence.</summary>
    [Setting]
    public string? MetadataLicense { get; init; }

    /// <summary>Tags, separated by commas.</summary>
    [Setting]
    public string? MetadataTags { get; init; }

    /// <summary>Hint for use.</summary>
    [Setting]
    public string? MetadataUsageHint { get; init; }

    /// <summary>Thumbnail: a data URL or a picture file.</summary>
    [Setting]
    public string? MetadataThumbnail { get; init; }

    /// <summary>What the model was merged from.</summary>
    [Setting]
    public string? MetadataMergedFrom { get; init; }

    /// <summary>Words that call the concept.</summary>
    [Setting]
    public string? MetadataTriggerPhrase { get; init; }

    /// <summary>Preprocessor the model expects.</summary>
    [Setting]
    public string? MetadataPreprocessor { get; init; }

    /// <summary>Whether it is a negative embedding.</summary>
    [Setting]
    public string? MetadataIsNegativeEmbedding { get; init; }
}
