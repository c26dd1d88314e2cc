namespace KohyaPS;

/// <summary>Where a picture's caption comes from.</summary>
public enum CaptionSource
{
    /// <summary>Neither a file nor class tokens: the caption is empty.</summary>
    None,

    /// <summary>A caption file beside the picture.</summary>
    File,

    /// <summary>The name part of the folder, or class_tokens.</summary>
    ClassTokens,

    /// <summary>The metadata file of a metadata dataset.</summary>
    Metadata,
}
