namespace KohyaPS;

/// <summary>A folder of pictures that are repeated equally and treated alike.</summary>
public sealed class DatasetSubset
{
    /// <summary>Full path of the folder.</summary>
    public required string Folder { get; init; }

    /// <summary>The file that names pictures and captions; null where they are found in the folder.</summary>
    public string? MetadataFile { get; init; }

    /// <summary>Folder of pictures that say how much each place counts (conditioning_data_dir); null without.</summary>
    public string? MaskFolder { get; init; }

    /// <summary>The folder's name, such as 10_shs dog, or that of the metadata file.</summary>
    public string Name => Path.GetFileName(Path.TrimEndingDirectorySeparator(MetadataFile ?? Folder));

    /// <summary>How often each picture is used in an epoch.</summary>
    public long Repeats { get; init; } = 1;

    /// <summary>The caption of pictures without a caption file; null means that there is none.</summary>
    public string? ClassTokens { get; init; }

    /// <summary>True for regularisation pictures.</summary>
    public bool IsRegularization { get; init; }

    /// <summary>How captions and pictures are read and varied.</summary>
    public SubsetSettings Settings { get; init; } = new();

    /// <summary>The extension of caption files in use, with its dot.</summary>
    public string CaptionExtension { get; internal set; } = ".txt";

    /// <summary>The pictures, in ordinal order of their paths; those with a fault included.</summary>
    public IReadOnlyList<TrainingImage> Images { get; internal set; } = [];

    /// <summary>Folder, pictures and repeats in a few words.</summary>
    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Name} ({Images.Count} x {Repeats})");
}
