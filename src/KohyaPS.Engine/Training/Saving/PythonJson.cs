using System.Collections;
using System.Globalization;
using System.Text;

namespace KohyaPS.Engine.Training.Saving;

/// <summary>JSON as Python's json.dumps writes it by default: a space after comma and colon, everything but ASCII escaped.</summary>
internal static class PythonJson
{
    /// <summary>Writes text, numbers, truth values, null, lists, and objects given as dictionaries in their order.</summary>
    public static string Write(object? value)
    {
        var text = new StringBuilder();
        Append(text, value);
        return text.ToString();
    }

    private static void Append(StringBuilder text, object? value)
    {
        switch (value)
        {
            case null:
                text.Append("null");
                break;
            case bool flag:
                text.Append(flag ? "true" : "false");
                break;
            case string words:
                AppendText(text, words);
                break;
            case IDictionary map:
                AppendItems(text, '{', '}', map.Cast<DictionaryEntry>(), entry =>
                {
                    AppendText(text, (string)entry.Key);
                    text.Append(": ");
                    Append(text, entry.Value);
                });
                break;
            case IEnumerable items:
                AppendItems(text, '[', ']', items.Cast<object?>(), item => Append(text, item));
                break;
            default:
                text.Append(PythonText.Of(value));
                break;
        }
    }

    private static void AppendItems<T>(StringBuilder text, char open, char close, IEnumerable<T> items, Action<T> append)
    {
        text.Append(open);
        var isFirst = true;
        foreach (var item in items)
        {
            if (!isFirst)
                text.Append(", ");
            isFirst = false;
            append(item);
        }
        text.Append(close);
    }

    private static void AppendText(StringBuilder text, string words)
    {
        text.Append('"');
        foreach (var c in words)
            _ = c switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                '\b' => text.Append("\\b"),
                '\f' => text.Append("\\f"),
                < ' ' or > '~' => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => text.Append(c),
            };
        text.Append('"');
    }
}
