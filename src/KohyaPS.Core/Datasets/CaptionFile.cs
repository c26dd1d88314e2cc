using System.Globalization;
using System.Text;

namespace KohyaPS.Datasets;

/// <summary>Reads a caption file: UTF-8, or UTF-16 with a byte-order mark. Anything else is a fault, never guessed.</summary>
public static class CaptionFile
{
    /// <summary>Larger files are refused: a caption of a few hundred tokens is what models can use.</summary>
    public const int MaxBytes = 1 << 20;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly UnicodeEncoding Utf16Little = new(bigEndian: false, byteOrderMark: false, throwOnInvalidBytes: true);
    private static readonly UnicodeEncoding Utf16Big = new(bigEndian: true, byteOrderMark: false, throwOnInvalidBytes: true);

    /// <summary>The stored caption of a file: its first line, or with wildcards all lines that are not blank.</summary>
    /// <param name="path">The caption file.</param>
    /// <param name="enableWildcard">True keeps all lines, for one to be chosen when the picture is drawn.</param>
    public static ImageCaption Read(string path, bool enableWildcard)
    {
        ImageCaption Faulty(string reason) => new("", CaptionSource.File, path, Fault: $"The caption file '{path}' {reason}");
        byte[] bytes;
        try
        {
            if (new FileInfo(path).Length > MaxBytes)
                return Faulty("is larger than 1 MiB. Shorten it: text encoders read a few hundred words at most.");
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return Faulty($"cannot be read: {fault.Message} Check that you may read it.");
        }
        if (bytes.Length == 0)
            return Faulty("is empty (0 bytes). Write a caption into it or remove it.");
        var (encoding, name, mark) = EncodingOf(bytes);
        try
        {
            return Stored(encoding.GetString(bytes, mark, bytes.Length - mark), path, name, enableWildcard);
        }
        catch (DecoderFallbackException)
        {
            return Faulty(string.Create(CultureInfo.InvariantCulture,
                $"is not {name.ToUpperInvariant()}: byte {FirstBadByte(bytes, encoding, mark)} does not fit. Save it as UTF-8."));
        }
    }

    private static ImageCaption Stored(string text, string path, string encoding, bool enableWildcard)
    {
        var lines = CaptionText.Lines(text);
        var filled = lines.Select(CaptionText.Trim).Where(line => line.Length > 0).ToList();
        var caption = enableWildcard ? string.Join('\n', filled) : CaptionText.Trim(lines[0]);
        return new(caption, CaptionSource.File, path, encoding, filled.Count);
    }

    private static (Encoding Encoding, string Name, int MarkBytes) EncodingOf(ReadOnlySpan<byte> bytes) => bytes switch
    {
        [0xEF, 0xBB, 0xBF, ..] => (Utf8, "utf-8-bom", 3),
        [0xFF, 0xFE, ..] => (Utf16Little, "utf-16le", 2),
        [0xFE, 0xFF, ..] => (Utf16Big, "utf-16be", 2),
        _ => (Utf8, "utf-8", 0),
    };

    // The offset of the first byte that a lenient reading would replace.
    private static int FirstBadByte(byte[] bytes, Encoding encoding, int mark)
    {
        if (encoding != Utf8)
            return bytes.Length - bytes.Length % 2;
        var at = mark;
        while (Rune.DecodeFromUtf8(bytes.AsSpan(at), out _, out var used) == System.Buffers.OperationStatus.Done)
            at += used;
        return at;
    }
}
