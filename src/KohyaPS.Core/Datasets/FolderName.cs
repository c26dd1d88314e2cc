using System.Globalization;
using System.Numerics;

namespace KohyaPS.Datasets;

/// <summary>The folder convention: 10_shs dog means ten repeats of the class tokens "shs dog".</summary>
public static class FolderName
{
    /// <summary>Splits a folder's name; false where it does not begin with a whole number before its first underscore.</summary>
    /// <param name="name">The folder's name.</param>
    /// <param name="repeats">The number, limited to the range of its type.</param>
    /// <param name="classTokens">What follows the first underscore; may be empty.</param>
    public static bool TryParse(string name, out long repeats, out string classTokens)
    {
        ArgumentNullException.ThrowIfNull(name);
        var underscore = name.IndexOf('_', StringComparison.Ordinal);
        classTokens = underscore < 0 ? "" : name[(underscore + 1)..];
        return TryParseNumber(CaptionText.Trim(underscore < 0 ? name : name[..underscore]), out repeats);
    }

    // Decimal digits of any script count, as in sd-scripts.
    private static bool TryParseNumber(string text, out long number)
    {
        number = 0;
        var isSigned = text.StartsWith('-') || text.StartsWith('+');
        var digits = isSigned ? text[1..] : text;
        if (digits.Length == 0 || !digits.All(char.IsDigit))
            return false;
        var ascii = string.Concat(digits.Select(digit => (char)('0' + CharUnicodeInfo.GetDecimalDigitValue(digit))));
        var value = BigInteger.Parse(ascii, CultureInfo.InvariantCulture) * (text.StartsWith('-') ? -1 : 1);
        number = (long)BigInteger.Clamp(value, long.MinValue, long.MaxValue);
        return true;
    }
}
