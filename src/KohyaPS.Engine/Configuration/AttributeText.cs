using System.Collections;
using System.Globalization;
using System.Text;

namespace KohyaPS.Engine.Configuration;

/// <summary>Writes the values of custom_attributes on one line, as YAML and TOML both read them but for what stands behind a name.</summary>
internal static class AttributeText
{
    /// <summary>The table in braces; what is null is left out, since TOML has no null.</summary>
    /// <param name="attributes">Names and plain values, lists or tables.</param>
    /// <param name="between">What stands between a name and its value: a colon, or an equals sign, with blanks.</param>
    internal static string Write(IReadOnlyDictionary<string, object?> attributes, string between) =>
        $"{{ {string.Join(", ", attributes.Where(a => a.Value is not null).Select(a => Quote(a.Key) + between + Value(a.Value!, between)))} }}";

    private static string Value(object value, string between) => value switch
    {
        bool flag => flag ? "true" : "false",
        string text => Quote(text),
        double number => number.ToString("R", CultureInfo.InvariantCulture) is var digits && digits.AsSpan().IndexOfAny(".eE") < 0 ? digits + ".0" : digits,
        IReadOnlyDictionary<string, object?> table => Write(table, between),
        IEnumerable items => $"[{string.Join(", ", items.Cast<object?>().Where(item => item is not null).Select(item => Value(item!, between)))}]",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    private static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var c in text)
        {
            _ = c is '"' or '\\' ? quoted.Append('\\').Append(c)
                : c is < ' ' or '\u007f' or '\u0085' or '\u2028' or '\u2029' or '\ufeff' ? quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}")
                : quoted.Append(c);
        }
        return quoted.Append('"').ToString();
    }
}
