namespace KohyaPS;

/// <summary>A setting that two configurations hold differently.</summary>
/// <param name="Setting">Name of the setting in PascalCase.</param>
/// <param name="Group">Group of the setting.</param>
/// <param name="Reference">Value in the first configuration; null when it is not set.</param>
/// <param name="Difference">Value in the second configuration; null when it is not set.</param>
public sealed record ConfigDifference(string Setting, string Group, object? Reference, object? Difference);
