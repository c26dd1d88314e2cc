namespace KohyaPS;

/// <summary>A network that went into a merge.</summary>
/// <param name="Path">The file.</param>
/// <param name="Ratio">The factor on its weights.</param>
/// <param name="Modules">How many of its modules found a layer.</param>
/// <param name="SkippedModules">Modules for which the checkpoint has no layer.</param>
public sealed record MergedNetwork(string Path, double Ratio, int Modules, IReadOnlyList<string> SkippedModules);
