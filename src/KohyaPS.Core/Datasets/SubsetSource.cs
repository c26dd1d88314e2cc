namespace KohyaPS;

/// <summary>A subset that is named outright instead of by the folder convention, as in a dataset_config file.</summary>
public sealed record SubsetSource
{
    /// <summary>The folder that holds the pictures directly (image_dir); with a metadata file what its paths are relative to, and empty where they are absolute.</summary>
    public required string Folder { get; init; }

    /// <summary>How often each picture is used in an epoch (num_repeats).</summary>
    public long Repeats { get; init; } = 1;

    /// <summary>The caption of pictures without a caption file (class_tokens).</summary>
    public string? ClassTokens { get; init; }

    /// <summary>True for regularisation pictures (is_reg).</summary>
    public bool IsRegularization { get; init; }

    /// <summary>Folder of mask pictures with the same stems (conditioning_data_dir); null without.</summary>
    public string? MaskFolder { get; init; }

    /// <summary>File that names pictures and captions instead of caption files (metadata_file); null without.</summary>
    public string? MetadataFile { get; init; }

    /// <summary>How captions and pictures are read and varied.</summary>
    public SubsetSettings Settings { get; init; } = new();
}
