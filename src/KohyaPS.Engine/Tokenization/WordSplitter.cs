using System.Globalization;
using System.Text;

namespace KohyaPS.Engine.Tokenization;

/// <summary>
/// Cuts cleaned text into the pieces that byte-pair encoding takes one by one, as CLIP's regular expression does:
/// a contraction, a run of letters, one digit, or a run of anything else that is no white space. Walks code points, because a .NET regular
/// expression would take a letter beyond U+FFFF for two symbols.
/// </summary>
internal static class WordSplitter
{
    private static readonly string[] contractions = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d"];

    private enum Kind { Space, Letter, Number, Other }

    /// <summary>The pieces in order; white space vanishes.</summary>
    /// <param name="text">Cleaned, lower-cased text.</param>
    /// <param name="specials">Literals that stay whole wherever a piece may begin (<c>&lt;|endoftext|&gt;</c>).</param>
    public static IEnumerable<string> Split(string text, IReadOnlyList<string> specials)
    {
        var at = 0;
        while (at < text.Length)
        {
            var length = PieceLength(text, at, specials, out var isSpace);
            if (!isSpace)
                yield return text.Substring(at, length);
            at += length;
        }
    }

    private static int PieceLength(string text, int at, IReadOnlyList<string> specials, out bool isSpace)
    {
        isSpace = false;
        var rest = text.AsSpan(at);
        foreach (var special in specials)
            if (rest.StartsWith(special, StringComparison.OrdinalIgnoreCase))
                return special.Length;
        foreach (var contraction in contractions)
            if (StartsWithContraction(rest, contraction))
                return contraction.Length;
        var kind = KindAt(rest, out var length);
        isSpace = kind == Kind.Space;
        if (kind is Kind.Number or Kind.Space)
            return length;
        while (length < rest.Length && KindAt(rest[length..], out var more) == kind)
            length += more;
        return length;
    }

    private static bool StartsWithContraction(ReadOnlySpan<char> text, string contraction)
    {
        if (text.Length < contraction.Length)
            return false;
        for (var i = 0; i < contraction.Length; i++)
        {
            // U+017F, the long s, is an "s" to a case-insensitive regular expression.
            var character = text[i] == '\u017F' ? 's' : char.ToLowerInvariant(text[i]);
            if (character != contraction[i])
                return false;
        }
        return true;
    }

    private static Kind KindAt(ReadOnlySpan<char> text, out int length)
    {
        Rune.DecodeFromUtf16(text, out var rune, out length);
        if (Rune.IsWhiteSpace(rune))
            return Kind.Space;
        return Rune.GetUnicodeCategory(rune) switch
        {
            UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
                or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter => Kind.Letter,
            UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => Kind.Number,
            _ => Kind.Other,
        };
    }
}
