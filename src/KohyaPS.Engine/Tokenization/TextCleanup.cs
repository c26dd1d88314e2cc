using System.Text;
using System.Text.RegularExpressions;

namespace KohyaPS.Engine.Tokenization;

/// <summary>
/// The cleanup that captions get before they are tokenised: what ftfy 6.3 does without its repair of mojibake (the encoding of a caption
/// is the linter's business), then one space for each run of white space, trimmed, in lower case.
/// </summary>
internal static partial class TextCleanup
{
    // ftfy repeats until nothing changes. Text that still changes after so many rounds was nested by someone who wants us to spend the afternoon on it.
    private const int MaxRounds = 100;

    /// <summary>The whole cleanup.</summary>
    public static string Clean(string text) => FullLowercase.Lower(CollapseWhiteSpace(Fix(text)));

    /// <summary>The repairs alone, line by line. HTML is unescaped up to the first line that holds a tag.</summary>
    public static string Fix(string text)
    {
        var output = new StringBuilder(text.Length);
        var mayBeHtml = true;
        var start = 0;
        while (start < text.Length)
        {
            var lineBreak = text.IndexOf('\n', start);
            var end = lineBreak < 0 ? text.Length : lineBreak + 1;
            var line = text[start..end];
            mayBeHtml &= !line.Contains('<', StringComparison.Ordinal);
            output.Append(FixLine(line, mayBeHtml));
            start = end;
        }
        return output.ToString();
    }

    private static string FixLine(string line, bool mayBeHtml)
    {
        for (var round = 0; round < MaxRounds; round++)
        {
            var fixedLine = mayBeHtml ? HtmlEntities.Unescape(line) : line;
            fixedLine = FixCharacters(fixedLine);
            fixedLine = TerminalEscape().Replace(fixedLine, "");
            fixedLine = ControlCharacter().Replace(fixedLine, "");
            fixedLine = Compose(fixedLine);
            if (fixedLine == line)
                break;
            line = fixedLine;
        }
        return line;
    }

    /// <summary>C1 controls, ligatures, character width, curly quotes, line breaks and lone surrogates, in this order for each character.</summary>
    private static string FixCharacters(string text)
    {
        var output = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i] is >= '\u0080' and <= '\u009F' ? Windows1252.Character(text[i]) : text[i];
            if (char.IsSurrogate(c))
                i += AppendSurrogate(output, text, i);
            else if (Ligatures.Expand(c) is { } letters)
                output.Append(letters);
            else if (IsOddWidth(c))
                output.Append(UncurlAll(c == '\u3000' ? " " : c.ToString().Normalize(NormalizationForm.FormKC)));
            else if (c == '\r')
                output.Append(i + 1 < text.Length && text[i + 1] == '\n' ? "" : "\n");
            else
                output.Append(Uncurl(c));
        }
        return output.ToString();
    }

    /// <summary>NFC. .NET refuses text with the noncharacter U+FFFE, which nothing composes with: it is cut there.</summary>
    private static string Compose(string text) => string.Join('\uFFFE', text.Split('\uFFFE').Select(piece => piece.Normalize(NormalizationForm.FormC)));

    /// <summary>Keeps a pair, replaces a single one. Returns how many units beyond the first were used.</summary>
    private static int AppendSurrogate(StringBuilder output, string text, int at)
    {
        if (at + 1 < text.Length && char.IsSurrogatePair(text[at], text[at + 1]))
        {
            output.Append(text, at, 2);
            return 1;
        }
        output.Append('\uFFFD');
        return 0;
    }

    /// <summary>Full-width and half-width forms, and the ideographic space.</summary>
    private static bool IsOddWidth(char c) => c is (>= '\uFF01' and <= '\uFFEF') or '\u3000';

    private static string UncurlAll(string text) => string.Concat(text.Select(Uncurl));

    private static char Uncurl(char c) => c switch
    {
        '\u02BC' or (>= '\u2018' and <= '\u201B') => '\'',
        >= '\u201C' and <= '\u201F' => '"',
        '\u2028' or '\u2029' => '\n',
        _ => c,
    };

    private static string CollapseWhiteSpace(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    [GeneratedRegex(@"\e\[[\d;]*[a-zA-Z]")]
    private static partial Regex TerminalEscape();

    [GeneratedRegex(@"[\u0000-\u0008\u000B\u000E-\u001F\u007F\u206A-\u206F\uFEFF\uFFF9-\uFFFC]")]
    private static partial Regex ControlCharacter();
}
