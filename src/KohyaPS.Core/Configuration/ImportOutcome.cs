namespace KohyaPS;

/// <summary>What became of an entry of a foreign configuration.</summary>
public enum ImportOutcome
{
    /// <summary>Taken as it is.</summary>
    Taken,

    /// <summary>Taken under another name.</summary>
    Renamed,

    /// <summary>Taken, but it means something else here than it did there.</summary>
    Changed,

    /// <summary>Left out, for the reason given.</summary>
    Ignored,

    /// <summary>Not known; a near name is given where there is one.</summary>
    Unknown,
}
