using System.Globalization;
using System.Reflection;
using System.Text;

namespace KohyaPS.Engine.Tokenization;

/// <summary>
/// Character references of HTML 5 (WHATWG list, names with their semicolon) and their upper-cased spellings where these cannot be mistaken.
/// References without a semicolon stay text.
/// </summary>
internal static class HtmlEntities
{
    private const int MaxNameLength = 24;
    private static readonly Lazy<Dictionary<string, string>> names = new(ReadNames);

    /// <summary>Replaces every reference once, from left to right.</summary>
    public static string Unescape(string text)
    {
        var at = text.IndexOf('&', StringComparison.Ordinal);
        if (at < 0)
            return text;
        var output = new StringBuilder(text.Length).Append(text, 0, at);
        while (at < text.Length)
        {
            if (text[at] == '&' && FindEnd(text, at) is var end and > 0 && Decode(text.AsSpan(at + 1, end - at - 1)) is { } decoded)
            {
                output.Append(decoded);
                at = end + 1;
            }
            else
            {
                output.Append(text[at++]);
            }
        }
        return output.ToString();
    }

    /// <summary>Index of the semicolon of a reference that starts here, or 0.</summary>
    private static int FindEnd(string text, int ampersand)
    {
        var start = ampersand + 1;
        if (start < text.Length && text[start] == '#')
            start++;
        var end = start;
        while (end < text.Length && end - start <= MaxNameLength && char.IsAsciiLetterOrDigit(text[end]))
            end++;
        return end < text.Length && text[end] == ';' && end - start is > 0 and <= MaxNameLength ? end : 0;
    }

    private static string? Decode(ReadOnlySpan<char> body)
    {
        if (body[0] == '#')
            return DecodeNumber(body[1..]);
        return names.Value.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(body, out var text) ? text : null;
    }

    private static string? DecodeNumber(ReadOnlySpan<char> digits)
    {
        var isHex = digits[0] is 'x' or 'X';
        var code = 0L;
        if (isHex)
            digits = digits[1..];
        if (digits.IsEmpty)
            return null;
        foreach (var digit in digits)
        {
            if (!(isHex ? char.IsAsciiHexDigit(digit) : char.IsAsciiDigit(digit)))
                return null;
            code = Math.Min(code * (isHex ? 16 : 10) + Convert.ToInt32(digit.ToString(), 16), 0x110000);
        }
        return Character((int)code);
    }

    /// <summary>The rules of HTML for numbers that are no proper character; a reference to ";" stays as it is, as in ftfy.</summary>
    private static string? Character(int code) => code switch
    {
        ';' => null,
        0 or (>= 0xD800 and <= 0xDFFF) or > 0x10FFFF => "\uFFFD",
        >= 0x80 and <= 0x9F => Windows1252.Character((char)code).ToString(),
        (>= 1 and <= 8) or 0xB or (>= 0xE and <= 0x1F) or 0x7F or (>= 0xFDD0 and <= 0xFDEF) => "",
        _ when (code & 0xFFFE) == 0xFFFE => "",
        _ => char.ConvertFromUtf32(code),
    };

    private static Dictionary<string, string> ReadNames()
    {
        using var resource = Assembly.GetExecutingAssembly().GetManifestResourceStream("html-entities.txt")!;
        using var lines = new StreamReader(resource);
        var read = new Dictionary<string, string>(StringComparer.Ordinal);
        while (lines.ReadLine() is { } line)
        {
            var words = line.Split(' ');
            read.Add(words[0], string.Concat(words.Skip(1).Select(w => char.ConvertFromUtf32(int.Parse(w, NumberStyles.HexNumber, CultureInfo.InvariantCulture)))));
        }
        return read;
    }
}
