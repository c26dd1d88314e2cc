namespace KohyaPS;

/// <summary>Why folders cannot be prepared. The names are the ids of the errors and never change.</summary>
public enum PreparationProblemKind
{
    /// <summary>Instance or class is empty.</summary>
    NameMissing,

    /// <summary>Instance or class holds a character that a folder name cannot have on every system, or is too long.</summary>
    InvalidName,

    /// <summary>The repeats are less than 1 or no number.</summary>
    InvalidRepeats,

    /// <summary>A folder of pictures is not given or does not exist.</summary>
    SourceNotFound,

    /// <summary>A folder of pictures holds none.</summary>
    NoImages,

    /// <summary>A folder of pictures cannot be read whole: a link that leads nowhere or in a circle, or no permission.</summary>
    SourceUnreadable,

    /// <summary>No destination is given.</summary>
    DestinationMissing,

    /// <summary>A file stands where a folder is to be made.</summary>
    DestinationOccupied,

    /// <summary>A folder of pictures and a folder to be made are the same, or one lies in the other.</summary>
    FoldersOverlap,

    /// <summary>A folder to be made is there already and holds something else; only replaced by force.</summary>
    TargetExists,
}
