namespace KohyaPS.Runtime;

/// <summary>What a Windows library imports from one other library.</summary>
/// <param name="Library">The file name, as written in the table.</param>
/// <param name="Names">The functions and variables; an import by number is written #12.</param>
/// <param name="IsDelayed">True where Windows resolves it at the first call and not when loading.</param>
public sealed record PeImport(string Library, IReadOnlyList<string> Names, bool IsDelayed);
