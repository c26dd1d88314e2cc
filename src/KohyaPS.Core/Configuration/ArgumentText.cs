using System.Text;

namespace KohyaPS;

/// <summary>A line of name=value arguments of an optimizer or schedule, as a field of the GUI holds it.</summary>
internal static class ArgumentText
{
    /// <summary>
    /// Splits a line of arguments at its spaces. Quotes keep spaces inside; around a value that can be read without them they were meant for a
    /// shell and are dropped, around other text they belong to it.
    /// </summary>
    public static IReadOnlyList<string> Split(string line)
    {
        ArgumentNullException.ThrowIfNull(line);
        var words = new List<string>();
        var word = new StringBuilder();
        var quote = '\0';
        foreach (var c in line)
        {
            if (quote == '\0' && char.IsWhiteSpace(c))
            {
                Add(words, word);
                continue;
            }
            word.Append(c);
            if (quote == c)
                quote = '\0';
            else if (quote == '\0' && c is '"' or '\'')
                quote = c;
        }
        Add(words, word);
        return words;
    }

    private static void Add(List<string> words, StringBuilder word)
    {
        if (word.Length == 0)
            return;
        var text = word.ToString();
        word.Clear();
        // "weight_decay=0.1" as a whole, as a shell takes it.
        if (text.Length > 2 && text[0] is '"' or '\'' && text[^1] == text[0] && text.Contains('=', StringComparison.Ordinal))
            text = text[1..^1];
        var value = text[(text.IndexOf('=', StringComparison.Ordinal) + 1)..];
        if (value.Length > 2 && value[0] is '"' or '\'' && value[^1] == value[0] && PythonLiteral.IsLiteral(value[1..^1]))
            text = text[..^value.Length] + value[1..^1];
        words.Add(text);
    }
}
