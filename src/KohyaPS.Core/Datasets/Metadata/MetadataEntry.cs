namespace KohyaPS.Datasets;

/// <summary>What a metadata file says of one picture.</summary>
/// <param name="Key">The picture's path, relative to the image folder or absolute.</param>
/// <param name="Caption">The caption; null without.</param>
/// <param name="Tags">The tags; null without.</param>
/// <param name="Size">The size in pixels; null where it is not stated.</param>
internal sealed record MetadataEntry(string Key, string? Caption, string? Tags, ImageSize? Size)
{
    /// <summary>The tags as they are stored: with wildcards, where every line is a caption, in one line.</summary>
    public string? TagText(SubsetSettings settings) => settings.EnableWildcard ? Tags?.Replace("\n", settings.CaptionSeparator, StringComparison.Ordinal) : Tags;

    /// <summary>The stored caption: caption and tags joined by the separator; with wildcards the tags stand behind each line of the caption.</summary>
    public string Text(SubsetSettings settings)
    {
        var tags = TagText(settings);
        var caption = Caption ?? "";
        if (string.IsNullOrEmpty(tags))
            return caption;
        // sd-scripts forgets the tags of an empty caption where it reads wildcards.
        if (caption.Length == 0)
            return tags;
        return settings.EnableWildcard
            ? string.Join('\n', caption.Split('\n').Where(line => CaptionText.Trim(line).Length > 0).Select(line => line + settings.CaptionSeparator + tags))
            : caption + settings.CaptionSeparator + tags;
    }
}
