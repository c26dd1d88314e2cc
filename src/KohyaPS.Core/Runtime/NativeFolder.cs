namespace KohyaPS.Runtime;

/// <summary>A folder with natives, and why it was chosen.</summary>
/// <param name="Path">The folder.</param>
/// <param name="Files">What it is expected to hold.</param>
/// <param name="Origin">Where the choice comes from, for messages: a variable, an installed runtime, the module.</param>
public sealed record NativeFolder(string Path, NativeFileSet Files, string Origin);
