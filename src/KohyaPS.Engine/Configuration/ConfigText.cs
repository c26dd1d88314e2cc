using System.Text;

namespace KohyaPS.Engine.Configuration;

/// <summary>Reads the text of a configuration file: UTF-8 with or without a mark, or UTF-16 with one; any line ends.</summary>
internal static class ConfigText
{
    private const int MaximumBytes = 4 << 20;

    /// <exception cref="ConfigFormatException">The file is no text, or too large to be a configuration.</exception>
    internal static string Read(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (stream.Length > MaximumBytes)
            throw new ConfigFormatException($"'{path}' has {stream.Length} bytes; a configuration has at most {MaximumBytes}. Is it another file?");
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return Decode(memory.ToArray(), path);
    }

    private static string Decode(byte[] bytes, string path)
    {
        var (encoding, skip) = bytes switch
        {
            [0xEF, 0xBB, 0xBF, ..] => (Encoding.UTF8, 3),
            [0xFF, 0xFE, ..] => (Encoding.Unicode, 2),
            [0xFE, 0xFF, ..] => (Encoding.BigEndianUnicode, 2),
            _ => (Encoding.UTF8, 0),
        };
        var strict = Encoding.GetEncoding(encoding.CodePage, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);
        try
        {
            var text = strict.GetString(bytes, skip, bytes.Length - skip);
            return text.Contains('\0', StringComparison.Ordinal)
                ? throw new ConfigFormatException($"'{path}' is not a text file.")
                : text.ReplaceLineEndings("\n");
        }
        catch (DecoderFallbackException error)
        {
            throw new ConfigFormatException($"'{path}' is not UTF-8 text: byte {error.Index + skip} is wrong. Save it as UTF-8 in your editor.", error);
        }
    }
}
