namespace KohyaPS.Datasets;

/// <summary>What counts as blank in captions: the characters that Python strips, so that captions read here as in sd-scripts.</summary>
internal static class CaptionText
{
    /// <summary>Unicode white space and the four separators U+001C to U+001F; not the byte-order mark.</summary>
    public static bool IsBlank(char c) => char.IsWhiteSpace(c) || c is >= '\u001C' and <= '\u001F';

    /// <summary>The text without blanks at both ends.</summary>
    public static string Trim(string text)
    {
        var (start, end) = (0, text.Length);
        while (start < end && IsBlank(text[start]))
            start++;
        while (end > start && IsBlank(text[end - 1]))
            end--;
        return text[start..end];
    }

    /// <summary>The lines: ended by LF, CR LF or CR alone, and by nothing else.</summary>
    public static string[] Lines(string text) => text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n').Split('\n');
}
