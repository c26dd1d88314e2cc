using System.Buffers;
using System.Globalization;
using System.Text;

namespace KohyaPS.Files;

/// <summary>
/// The one way in which text files are read: UTF-8 with or without a byte-order mark, or UTF-16 with one, as editors of Windows write it.
/// Lines end with LF, CR LF or CR alone; they come back with LF. Anything else is a fault, never guessed.
/// </summary>
internal static class TextFile
{
    /// <summary>The text of a file.</summary>
    /// <exception cref="TextFileException">It is too large, or no such text.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static string Read(string path, long maxBytes) => ReadMarked(path, maxBytes).Text;

    /// <summary>The text of a file and its encoding: utf-8, utf-8-bom, utf-16le or utf-16be.</summary>
    /// <inheritdoc cref="Read"/>
    public static (string Text, string Encoding) ReadMarked(string path, long maxBytes)
    {
        // Others may write, replace or remove the file meanwhile.
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        if (stream.Length > maxBytes)
            throw new TextFileException(string.Create(CultureInfo.InvariantCulture, $"is larger than {maxBytes >> 20} MiB"));
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return Decode(bytes);
    }

    private static (string Text, string Encoding) Decode(ReadOnlySpan<byte> bytes)
    {
        var (encoding, name, mark) = bytes switch
        {
            [0xEF, 0xBB, 0xBF, ..] => ((Encoding)new UTF8Encoding(false, throwOnInvalidBytes: true), "utf-8-bom", 3),
            [0xFF, 0xFE, ..] => (new UnicodeEncoding(bigEndian: false, byteOrderMark: false, throwOnInvalidBytes: true), "utf-16le", 2),
            [0xFE, 0xFF, ..] => (new UnicodeEncoding(bigEndian: true, byteOrderMark: false, throwOnInvalidBytes: true), "utf-16be", 2),
            _ => (new UTF8Encoding(false, throwOnInvalidBytes: true), "utf-8", 0),
        };
        try
        {
            return (encoding.GetString(bytes[mark..]).Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n'), name);
        }
        catch (DecoderFallbackException fault)
        {
            var wrong = encoding is UTF8Encoding ? mark + FirstWrong(bytes[mark..]) : fault.Index + mark;
            throw new TextFileException(string.Create(CultureInfo.InvariantCulture, $"is not {name.ToUpperInvariant()}: byte {wrong} does not fit. Save it as UTF-8"), fault);
        }
    }

    // The decoder counts from where it last stopped.
    private static int FirstWrong(ReadOnlySpan<byte> bytes)
    {
        var at = 0;
        while (Rune.DecodeFromUtf8(bytes[at..], out _, out var used) == OperationStatus.Done)
            at += used;
        return at;
    }
}
