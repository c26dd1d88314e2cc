namespace KohyaPS;

/// <summary>What stands where a copy is to be made.</summary>
public enum PreparedFolderState
{
    /// <summary>Nothing.</summary>
    Absent,

    /// <summary>The same files with the same bytes: there is nothing to do.</summary>
    Current,

    /// <summary>Something else, which is replaced only by force.</summary>
    Different,
}
