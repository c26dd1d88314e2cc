using System.Management.Automation;

namespace KohyaPS.Commands;

public sealed partial class NewLoraConfigCommand
{
    /// <inheritdoc cref="MetadataSettings.TrainingComment"/>
    [Parameter]
    [Alias("training_comment")]
    public string? TrainingComment { get; set; }

    /// <inheritdoc cref="MetadataSettings.NoMetadata"/>
    [Parameter]
    [Alias("no_metadata")]
    public SwitchParameter NoMetadata { get; set; }

    /// <inheritdoc cref="MetadataSettings.MetadataTitle"/>
    [Parameter]
    [Alias("metadata_title")]
    public string? MetadataTitle { get; set; }

    /// <inheritdoc cref="MetadataSettings.MetadataAuthor"/>
    [Parameter]
    [Alias("metadata_author")]
    public string? MetadataAuthor { get; set; }

    /// <inheritdoc cref="MetadataSettings.MetadataDescription"/>
    [Parameter]
    [Alias("metadata_description")]
    public string? MetadataDescription { get; set; }

    /// <inheritdoc cref="MetadataSettings.MetadataLicense"/>
    [Parameter]
    [Alias("metadata_license")]
    public string? MetadataLicense { get; set; }

    /// <inheritdoc cref="MetadataSettings.MetadataTags"/>
    [Parameter]
    [Alias("metadata_tags")]
    public string? MetadataTags { get; set; }

    /// <inheritdoc cref="MetadataSettings.MetadataUsageHint"/>
    [Parameter]
    [Alias("metadata_usage_hint")]
    public string? MetadataUsageHint { get; set; }

    /// <inheritdoc cref="MetadataSettings.MetadataThumbnail"/>
    [Parameter]
    [Alias("metadata_thumbnail")]
    public string? MetadataThumbnail { get; set; }

    /// <inheritdoc cref="MetadataSettings.MetadataMergedFrom"/>
    [Parameter]
    [Alias("metadata_merged_from")]
    public string? MetadataMergedFrom { get; set; }

    /// <inheritdoc cref="MetadataSettings.MetadataTriggerPhrase"/>
    [Parameter]
    [Alias("metadata_trigger_phrase")]
    public string? MetadataTriggerPhrase { get; set; }

    /// <inheritdoc cref="MetadataSettings.MetadataPreprocessor"/>
    [Parameter]
    [Alias("metadata_preprocessor")]
    public string? MetadataPreprocessor { get; set; }

    /// <inheritdoc cref="MetadataSettings.MetadataIsNegativeEmbedding"/>
    [Parameter]
    [Alias("metadata_is_negative_embedding")]
    public string? MetadataIsNegativeEmbedding { get; set; }
}
