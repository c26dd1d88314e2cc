namespace KohyaPS;

/// <summary>What balancing does with an entry of the image folder.</summary>
public enum BalanceAction
{
    /// <summary>The folder gets another name, with the new number of repeats.</summary>
    Rename,

    /// <summary>The name is right already.</summary>
    Unchanged,

    /// <summary>Its new name is taken; as long as there is one of these, nothing is renamed.</summary>
    Collision,

    /// <summary>Left alone: the name is not of the form repeats_name.</summary>
    SkippedName,

    /// <summary>Left alone: a file, not a folder.</summary>
    SkippedFile,

    /// <summary>Left alone: the folder holds no pictures that would be trained.</summary>
    SkippedEmpty,
}
