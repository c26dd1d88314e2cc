using System.Text;

namespace KohyaPS.Datasets;

/// <summary>
/// Text that was UTF-8, was read in another encoding and saved again, such as cafÃ© for café. A run of characters beyond ASCII that becomes
/// valid UTF-8 when it is written in the other encoding is hardly ever anything else.
/// </summary>
internal static class Mojibake
{
    // Cyrillic pairs can be words by chance, so more of them must fit.
    private static readonly (Encoding Encoding, int CharactersNeeded)[] Suspects = [.. Encodings()];

    // UTF-8 read as GBK: the byte-order mark, and two replacement characters in a row.
    private static readonly string[] Signs = ["锘", "锟斤拷", "\uFFFD"];

    /// <summary>What the text probably was: itself with the damaged runs mended, or with signs that cannot be mended; null for sound text.</summary>
    public static string? Repair(string text)
    {
        if (Signs.Any(sign => text.Contains(sign, StringComparison.Ordinal)))
            return text;
        foreach (var (encoding, needed) in Suspects)
            if (RepairFrom(encoding, needed, text) is { } repaired)
                return repaired;
        return null;
    }

    private static string? RepairFrom(Encoding encoding, int needed, string text)
    {
        var repaired = new StringBuilder(text.Length);
        var found = 0;
        for (var at = 0; at < text.Length;)
        {
            var end = at;
            while (end < text.Length && text[end] > '\u007F')
                end++;
            var run = text[at..end];
            if (run.Length > 0 && Decode(encoding, run) is { } decoded)
            {
                found += decoded.Length;
                repaired.Append(decoded);
            }
            else
            {
                repaired.Append(run);
            }
            if (end < text.Length)
                repaired.Append(text[end]);
            at = end + 1;
        }
        return found >= needed ? repaired.ToString() : null;
    }

    private static string? Decode(Encoding encoding, string run)
    {
        try
        {
            return StrictUtf8.GetString(Bytes(encoding, run));
        }
        catch (Exception e) when (e is EncoderFallbackException or DecoderFallbackException)
        {
            return null;
        }
    }

    // The bytes that Windows-1252 leaves undefined are read as control characters of the same number.
    private static byte[] Bytes(Encoding encoding, string run)
    {
        var bytes = new List<byte>(run.Length);
        foreach (var c in run)
        {
            if (c is >= '\u0080' and <= '\u009F')
                bytes.Add((byte)c);
            else
                bytes.AddRange(encoding.GetBytes([c]));
        }
        return [.. bytes];
    }

    private static UTF8Encoding StrictUtf8 { get; } = new(false, throwOnInvalidBytes: true);

    private static IEnumerable<(Encoding Encoding, int CharactersNeeded)> Encodings()
    {
        foreach (var (codePage, needed) in ((int, int)[])[(1252, 1), (850, 1), (437, 1), (1251, 3)])
            yield return (CodePagesEncodingProvider.Instance.GetEncoding(codePage, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)!, needed);
    }
}
