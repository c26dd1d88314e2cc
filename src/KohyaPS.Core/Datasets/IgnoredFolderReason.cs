namespace KohyaPS;

/// <summary>Why a folder is not trained.</summary>
public enum IgnoredFolderReason
{
    /// <summary>Its name does not begin with a number and an underscore.</summary>
    NoRepeats,

    /// <summary>Its number of repeats is less than 1.</summary>
    RepeatsBelowOne,

    /// <summary>It does not exist.</summary>
    Missing,

    /// <summary>It holds no pictures of a known kind.</summary>
    NoImages,

    /// <summary>The same folder is already in the dataset.</summary>
    Duplicate,
}
