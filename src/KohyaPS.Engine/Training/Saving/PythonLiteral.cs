using System.Globalization;

namespace KohyaPS.Engine.Training.Saving;

/// <summary>Values of optimizer arguments as Python reads them from text and prints them again: <c>0.9,0.99</c> becomes <c>(0.9, 0.99)</c>, <c>1e-2</c> becomes <c>0.01</c>.</summary>
internal static class PythonLiteral
{
    /// <summary>Prints a value anew; text that is no number, truth value, None, tuple or list stays as it is.</summary>
    public static string Normalize(string text)
    {
        var trimmed = text.Trim();
        return trimmed switch
        {
            ['[', .. var inner, ']'] => Items(inner) is { } items ? $"[{string.Join(", ", items)}]" : trimmed,
            ['(', .. var inner, ')'] => Items(inner) is { } items ? Tuple(items) : trimmed,
            _ when trimmed.Contains(',', StringComparison.Ordinal) => Items(trimmed) is { } items ? Tuple(items) : trimmed,
            _ => Scalar(trimmed) ?? trimmed.Trim('\'', '"'),
        };
    }

    private static string Tuple(List<string> items) => items.Count == 1 ? $"({items[0]},)" : $"({string.Join(", ", items)})";

    private static List<string>? Items(string text)
    {
        var parts = text.Split(',', StringSplitOptions.TrimEntries);
        if (parts[^1].Length == 0)
            parts = parts[..^1];
        var items = parts.Select(Scalar).OfType<string>().ToList();
        return items.Count == parts.Length ? items : null;
    }

    private static string? Scalar(string text)
    {
        if (text is "True" or "False" or "None")
            return text;
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole))
            return whole.ToString(CultureInfo.InvariantCulture);
        return text.Length > 0 && text[^1] is (>= '0' and <= '9') or '.' && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? PythonText.Float(number)
            : null;
    }
}
