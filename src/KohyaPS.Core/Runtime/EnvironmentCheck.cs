namespace KohyaPS;

/// <summary>How a check of the machine ended.</summary>
public enum EnvironmentStatus
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>Training works, but slower or with less than could be.</summary>
    Warning,

    /// <summary>Training does not work until this is mended.</summary>
    Failed,
}

/// <summary>One thing that a training needs of the machine.</summary>
/// <param name="Name">What was looked at, for instance "Native libraries".</param>
/// <param name="Status">How it is.</param>
/// <param name="Value">What was found, for instance a version or a size.</param>
/// <param name="Cure">What to do about it; empty where nothing is to be done.</param>
public sealed record EnvironmentCheck(string Name, EnvironmentStatus Status, string Value, string Cure = "");
