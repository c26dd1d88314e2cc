using System.Globalization;
using System.Text;

namespace KohyaPS;

/// <summary>Python's string literals: single, double and triple quotes, the prefixes r and u, escapes, and neighbours that are joined.</summary>
internal static class PythonString
{
    /// <summary>Reads one or more neighbouring literals.</summary>
    /// <param name="text">The whole text.</param>
    /// <param name="at">Where the first begins; afterwards, behind the last.</param>
    /// <exception cref="FormatException">A literal has no end, or an escape is broken.</exception>
    public static string Read(string text, ref int at)
    {
        var joined = new StringBuilder();
        do
        {
            joined.Append(One(text, ref at));
            while (at < text.Length && text[at] is ' ' or '\t')
                at++;
        }
        while (Begins(text, at));
        return joined.ToString();
    }

    private static bool Begins(string text, int at) =>
        at < text.Length && (text[at] is '\'' or '"' || (text[at] is 'r' or 'R' or 'u' or 'U' && at + 1 < text.Length && text[at + 1] is '\'' or '"'));

    private static string One(string text, ref int at)
    {
        var isRaw = text[at] is 'r' or 'R';
        if (text[at] is not ('\'' or '"'))
            at++;
        var quote = text[at].ToString();
        if (string.CompareOrdinal(text, at, quote + quote + quote, 0, 3) == 0)
            quote += quote + quote;
        at += quote.Length;
        var read = new StringBuilder();
        while (at < text.Length)
        {
            if (string.CompareOrdinal(text, at, quote, 0, quote.Length) == 0)
            {
                at += quote.Length;
                return read.ToString();
            }
            if (text[at] == '\n' && quote.Length == 1)
                break;
            if (text[at] == '\\' && at + 1 < text.Length)
                read.Append(isRaw ? text.Substring(at, 2) : Escape(text, ref at));
            else
                read.Append(text[at]);
            at += isRaw && text[at] == '\\' ? 2 : 1;
        }
        throw new FormatException($"a text that begins with {quote} has no end; close it with {quote}");
    }

    // Leaves the position on the last character of the escape.
    private static string Escape(string text, ref int at)
    {
        at++;
        switch (text[at])
        {
            case '\n': return "";
            case '\\' or '\'' or '"': return text[at].ToString();
            case 'a': return "\a";
            case 'b': return "\b";
            case 'f': return "\f";
            case 'n': return "\n";
            case 'r': return "\r";
            case 't': return "\t";
            case 'v': return "\v";
            case 'x': return Code(text, ref at, 2);
            case 'u': return Code(text, ref at, 4);
            case 'U': return Code(text, ref at, 8);
            case >= '0' and <= '7':
                var octal = 0;
                for (var digits = 0; digits < 3 && at < text.Length && text[at] is >= '0' and <= '7'; digits++)
                    octal = octal * 8 + (text[at++] - '0');
                at--;
                return ((char)octal).ToString();
            default: return "\\" + text[at];
        }
    }

    private static string Code(string text, ref int at, int digits)
    {
        if (at + digits >= text.Length || !int.TryParse(text.AsSpan(at + 1, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code) || code is < 0 or > 0x10FFFF)
            throw new FormatException($"\\{text[at]} must be followed by {digits} hexadecimal digits");
        at += digits;
        return code is >= 0xD800 and <= 0xDFFF ? ((char)code).ToString() : char.ConvertFromUtf32(code);
    }
}
