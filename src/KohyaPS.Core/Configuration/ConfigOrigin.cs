namespace KohyaPS;

/// <summary>Where a configuration was read from.</summary>
/// <param name="Path">The file, or null for pasted text.</param>
/// <param name="Kind">What it is, such as KohyaPS YAML or kohya_ss GUI JSON.</param>
/// <param name="Notes">What became of each entry of the source.</param>
public sealed record ConfigOrigin(string? Path, ConfigSourceKind Kind, IReadOnlyList<ImportNote> Notes);
