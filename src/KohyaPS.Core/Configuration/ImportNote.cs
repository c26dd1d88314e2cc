namespace KohyaPS;

/// <summary>What became of one entry of a foreign configuration.</summary>
/// <param name="Outcome">Taken, renamed, changed, ignored or unknown.</param>
/// <param name="Source">Name of the entry in the source.</param>
/// <param name="Setting">Name of our setting in PascalCase, or null.</param>
/// <param name="Value">The value as text.</param>
/// <param name="Message">Why, and what to do; empty for what was taken as it is.</param>
public sealed record ImportNote(ImportOutcome Outcome, string Source, string? Setting, string? Value, string Message);
