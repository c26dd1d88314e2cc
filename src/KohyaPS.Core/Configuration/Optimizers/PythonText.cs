using System.Collections;
using System.Globalization;
using System.Text;

namespace KohyaPS;

/// <summary>Values as Python prints them: kohya's metadata are such text, and programs read them back as Python values.</summary>
internal static class PythonText
{
    // float.__repr__ writes 1e-4 <= |x| < 1e16 without an exponent.
    private const int SmallestFixedExponent = -4, LargestFixedExponent = 15;

    /// <summary>What str() gives.</summary>
    public static string Of(object? value) => value switch
    {
        null => "None",
        string text => text,
        bool flag => flag ? "True" : "False",
        double number => Float(number),
        Enum choice => SettingText.Format(choice),
        Resolution size => Tuple([size.Width, size.Height]),
        IFormattable whole => whole.ToString(null, CultureInfo.InvariantCulture),
        IEnumerable items => Tuple(items.Cast<object?>()),
        _ => throw new ArgumentException($"Python has no text for a {value.GetType().Name}.", nameof(value)),
    };

    /// <summary>What repr() of a float gives: the shortest text that reads back as the same number.</summary>
    public static string Float(double number)
    {
        if (!double.IsFinite(number))
            return double.IsNaN(number) ? "nan" : number > 0 ? "inf" : "-inf";
        if (number == 0)
            return double.IsNegative(number) ? "-0.0" : "0.0";
        var (digits, exponent) = Digits(Math.Abs(number));
        var text = new StringBuilder(number < 0 ? "-" : "");
        if (exponent is < SmallestFixedExponent or > LargestFixedExponent)
        {
            text.Append(digits[0]);
            if (digits.Length > 1)
                text.Append('.').Append(digits, 1, digits.Length - 1);
            return text.Append(CultureInfo.InvariantCulture, $"e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}").ToString();
        }
        if (exponent < 0)
            return text.Append("0.").Append('0', -exponent - 1).Append(digits).ToString();
        var whole = digits.PadRight(exponent + 1, '0');
        return text.Append(whole, 0, exponent + 1).Append('.').Append(whole.Length > exponent + 1 ? whole[(exponent + 1)..] : "0").ToString();
    }

    private static string Tuple(IEnumerable<object?> items)
    {
        var texts = items.Select(Of).ToList();
        return texts.Count == 1 ? $"({texts[0]},)" : $"({string.Join(", ", texts)})";
    }

    /// <summary>The shortest digits d1d2..., and e in d1.d2... * 10^e.</summary>
    private static (string Digits, int Exponent) Digits(double number)
    {
        var parts = number.ToString("R", CultureInfo.InvariantCulture).Split('E');
        var exponent = parts.Length > 1 ? int.Parse(parts[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture) : 0;
        var point = parts[0].IndexOf('.', StringComparison.Ordinal);
        exponent += (point < 0 ? parts[0].Length : point) - 1;
        var all = parts[0].Replace(".", "", StringComparison.Ordinal);
        var significant = all.TrimStart('0');
        return (significant.TrimEnd('0'), exponent - (all.Length - significant.Length));
    }
}
