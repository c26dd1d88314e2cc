namespace KohyaPS;

/// <summary>How plain folders of pictures become the folders that a training reads: img/repeats_instance class, reg, model and log.</summary>
public sealed record FolderPreparation
{
    /// <summary>Folder with the pictures of the new concept and their captions; copied whole, never changed.</summary>
    public required string Source { get; init; }

    /// <summary>Folder in which img, reg, model and log are made.</summary>
    public required string Destination { get; init; }

    /// <summary>The rare word that stands for the new concept, such as shs.</summary>
    public required string Instance { get; init; }

    /// <summary>What kind of thing the concept is, such as dog.</summary>
    public required string Class { get; init; }

    /// <summary>How often each picture is used in an epoch; a fraction is cut off. At least 1.</summary>
    public double Repeats { get; init; } = 40;

    /// <summary>Folder with regularisation pictures of the class; null or empty for none.</summary>
    public string? RegularizationSource { get; init; }

    /// <summary>How often each regularisation picture is used in an epoch; below 1 the regularisation pictures are left out.</summary>
    public double RegularizationRepeats { get; init; } = 1;

    /// <summary>Replace a prepared folder that holds something else.</summary>
    public bool Force { get; init; }
}
