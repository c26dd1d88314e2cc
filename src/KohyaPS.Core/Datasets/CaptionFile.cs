using KohyaPS.Files;

namespace KohyaPS.Datasets;

/// <summary>Reads a caption file: what cannot be read is a fault of the picture's caption, for all of them to be reported together.</summary>
public static class CaptionFile
{
    /// <summary>Larger files are refused: a caption of a few hundred tokens is what models can use.</summary>
    public const int MaxBytes = 1 << 20;

    /// <summary>The stored caption of a file: its first line, or with wildcards all lines that are not blank.</summary>
    /// <param name="path">The caption file.</param>
    /// <param name="enableWildcard">True keeps all lines, for one to be chosen when the picture is drawn.</param>
    public static ImageCaption Read(string path, bool enableWildcard)
    {
        ImageCaption Faulty(string reason) => new("", CaptionSource.File, path, Fault: $"The caption file '{path}' {reason}");
        try
        {
            var (text, encoding) = TextFile.ReadMarked(path, MaxBytes);
            // A mark alone is blank, not empty.
            return text.Length == 0 && encoding == "utf-8" ? Faulty("is empty (0 bytes). Write a caption into it or remove it.") : Stored(text, path, encoding, enableWildcard);
        }
        catch (TextFileException fault)
        {
            return Faulty($"{fault.Message}.");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return Faulty($"cannot be read: {fault.Message} Check that you may read it.");
        }
    }

    private static ImageCaption Stored(string text, string path, string encoding, bool enableWildcard)
    {
        var lines = CaptionText.Lines(text);
        var filled = lines.Select(CaptionText.Trim).Where(line => line.Length > 0).ToList();
        var caption = enableWildcard ? string.Join('\n', filled) : CaptionText.Trim(lines[0]);
        return new(caption, CaptionSource.File, path, encoding, filled.Count);
    }
}
