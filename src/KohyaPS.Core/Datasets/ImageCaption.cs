namespace KohyaPS;

/// <summary>A caption as stored: before shuffling, dropping and the like.</summary>
/// <param name="Text">The caption: the first line of the file, or with wildcards all lines that are not blank.</param>
/// <param name="Source">Where it comes from.</param>
/// <param name="Path">The caption file, or null.</param>
/// <param name="Encoding">The encoding found in the file: "utf-8", "utf-8-bom", "utf-16le" or "utf-16be"; null without a file.</param>
/// <param name="LineCount">Lines of the file that are not blank.</param>
/// <param name="Fault">Why the file cannot be used and what to do, or null. A dataset with faults is not trained.</param>
/// <param name="Tags">The tags that a metadata file states; they are part of the text. Null without.</param>
public sealed record ImageCaption(string Text, CaptionSource Source, string? Path = null, string? Encoding = null, int LineCount = 0, string? Fault = null, string? Tags = null);
