using System.Globalization;
using System.Text;

namespace KohyaPS.Engine.Tokenization;

/// <summary>
/// Lower-casing with Unicode's two context rules that .NET's invariant casing leaves out (Unicode Standard, section 3.13):
/// U+0130 becomes "i" with a dot above, and a capital sigma at the end of a word becomes the final sigma.
/// </summary>
internal static class FullLowercase
{
    private const int CapitalSigma = 0x3A3;

    /// <summary>The text in lower case.</summary>
    public static string Lower(string text)
    {
        var lower = new StringBuilder(text.Length);
        var at = 0;
        while (at < text.Length)
        {
            Rune.DecodeFromUtf16(text.AsSpan(at), out var rune, out var length);
            if (rune.Value == 0x130)
                lower.Append("i\u0307");
            else if (rune.Value == CapitalSigma)
                lower.Append(IsFinal(text, at) ? '\u03C2' : '\u03C3');
            else
                lower.Append(Rune.ToLowerInvariant(rune).ToString());
            at += length;
        }
        return lower.ToString();
    }

    /// <summary>After a cased letter and not before one; marks and apostrophes between do not count.</summary>
    private static bool IsFinal(string text, int sigma) => IsCased(NeighbourBefore(text, sigma)) && !IsCased(NeighbourAfter(text, sigma + 1));

    private static Rune? NeighbourBefore(string text, int end)
    {
        while (end > 0)
        {
            Rune.DecodeLastFromUtf16(text.AsSpan(0, end), out var rune, out var length);
            if (!IsIgnorable(rune))
                return rune;
            end -= length;
        }
        return null;
    }

    private static Rune? NeighbourAfter(string text, int start)
    {
        while (start < text.Length)
        {
            Rune.DecodeFromUtf16(text.AsSpan(start), out var rune, out var length);
            if (!IsIgnorable(rune))
                return rune;
            start += length;
        }
        return null;
    }

    /// <summary>Upper, lower and title case, with the letters that Unicode counts as lower or upper case beside them (ordinals, Roman numerals, circled letters).</summary>
    private static bool IsCased(Rune? rune) => rune is { } r && (Rune.GetUnicodeCategory(r) is UnicodeCategory.UppercaseLetter
        or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
        || r.Value is 0xAA or 0xBA or (>= 0x2160 and <= 0x217F) or (>= 0x24B6 and <= 0x24E9));

    private static bool IsIgnorable(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark
        or UnicodeCategory.Format or UnicodeCategory.ModifierLetter or UnicodeCategory.ModifierSymbol
        || rune.Value is '\'' or '.' or ':' or 0xB7 or 0x387 or 0x55F or 0x5F4 or 0x2018 or 0x2019 or 0x2024 or 0x2027
            or 0xFE13 or 0xFE52 or 0xFE55 or 0xFF07 or 0xFF0E or 0xFF1A;
}
