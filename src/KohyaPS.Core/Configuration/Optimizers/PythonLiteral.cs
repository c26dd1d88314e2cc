using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.RegularExpressions;

namespace KohyaPS;

/// <summary>
/// Values as Python writes them, which sd-scripts reads with ast.literal_eval: 0.01, 1_000, True, None, 'text', (0.9, 0.999), [1, 2], {'a': 1}.
/// Whole numbers are long (<see cref="BigInteger"/> where that is too small), others double. Complex numbers, bytes and sets are refused: no
/// setting means them.
/// </summary>
internal sealed partial class PythonLiteral
{
    private const int MaximumLength = 4096, MaximumDepth = 16;

    private readonly string text;
    private int at, depth;
    private bool endedWithComma;

    private PythonLiteral(string text) => this.text = text;

    /// <summary>Reads a whole text as one value; commas outside brackets make a tuple.</summary>
    /// <exception cref="FormatException">It is no literal; the message says what to write.</exception>
    public static object? Parse(string text)
    {
        if (text.Length > MaximumLength)
            throw new FormatException($"a value of {text.Length} characters is too long; {MaximumLength} are the limit");
        var parser = new PythonLiteral(text);
        parser.SkipLines();
        var items = parser.Items('\0');
        var isTuple = items.Count != 1 || parser.endedWithComma;
        parser.SkipLines();
        if (parser.at < text.Length)
            throw parser.Unexpected();
        return isTuple ? new PythonSequence(items, IsList: false) : items[0];
    }

    /// <summary>Whether a text can be read by <see cref="Parse"/>.</summary>
    public static bool IsLiteral(string text)
    {
        try
        {
            Parse(text);
            return true;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    /// <summary>What str() gives: a text as it is, everything else as it is written in a program.</summary>
    public static string Print(object? value) => value as string ?? Written(value);

    private static string Written(object? value) => value switch
    {
        string inner => Quoted(inner),
        PythonSequence { IsList: true } list => $"[{string.Join(", ", list.Items.Select(Written))}]",
        PythonSequence { Items: [var single] } => $"({Written(single)},)",
        PythonSequence tuple => $"({string.Join(", ", tuple.Items.Select(Written))})",
        PythonDictionary dictionary => $"{{{string.Join(", ", dictionary.Items.Select(item => $"{Written(item.Key)}: {Written(item.Value)}"))}}}",
        _ => PythonText.Of(value),
    };

    private static string Quoted(string inner)
    {
        var quote = inner.Contains('\'', StringComparison.Ordinal) && !inner.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
        var printed = new StringBuilder().Append(quote);
        foreach (var c in inner)
            printed.Append(c switch { '\n' => "\\n", '\r' => "\\r", '\t' => "\\t", '\\' => "\\\\", _ when c == quote => "\\" + c, _ => c.ToString() });
        return printed.Append(quote).ToString();
    }

    // Values up to the closing bracket (or the end), which is not yet taken.
    private List<object?> Items(char close)
    {
        if (++depth > MaximumDepth)
            throw new FormatException("the brackets are nested too deeply");
        var items = new List<object?>();
        var comma = false;
        Skip();
        while (at < text.Length && text[at] != close && (close != '\0' || text[at] is not ('\n' or '#')))
        {
            if (items.Count > 0 && !comma)
                throw Unexpected();
            items.Add(Value());
            Skip();
            comma = Take(',');
            Skip();
        }
        if (close == '\0' && items.Count == 0)
            throw Unexpected();
        depth--;
        endedWithComma = comma;
        return items;
    }

    private object? Value()
    {
        Skip();
        if (at == text.Length)
            throw Unexpected();
        return text[at] switch
        {
            '(' => Bracketed(')', isList: false),
            '[' => Bracketed(']', isList: true),
            '{' => Dictionary(),
            '+' or '-' or '.' or (>= '0' and <= '9') => Number(),
            _ => Word(),
        };
    }

    private object? Bracketed(char close, bool isList)
    {
        at++;
        var items = Items(close);
        var comma = endedWithComma;
        if (!Take(close))
            throw Unexpected();
        return isList || items.Count != 1 || comma ? new PythonSequence(items, isList) : items[0];
    }

    private PythonDictionary Dictionary()
    {
        at++;
        if (++depth > MaximumDepth)
            throw new FormatException("the brackets are nested too deeply");
        var items = new List<KeyValuePair<object, object?>>();
        var comma = true;
        for (Skip(); at < text.Length && text[at] != '}'; Skip())
        {
            var key = comma ? Value() : throw Unexpected();
            Skip();
            if (key is null or PythonSequence { IsList: true } or PythonDictionary || !Take(':'))
                throw Unexpected();
            items.Add(new(key, Value()));
            Skip();
            comma = Take(',');
        }
        depth--;
        return Take('}') ? new(items) : throw Unexpected();
    }

    private object Number()
    {
        var negative = text[at] == '-';
        if (text[at] is '+' or '-')
        {
            at++;
            Skip();
        }
        var match = NumberPattern().Match(text, at);
        if (!match.Success)
            throw Unexpected();
        at += match.Length;
        var digits = match.Value.Replace("_", "", StringComparison.Ordinal);
        if (match.Groups["radix"].Success)
            return Narrow(Radix(digits), negative);
        if (!match.Groups["whole"].Success)
            return double.Parse(digits, NumberStyles.Float, CultureInfo.InvariantCulture) * (negative ? -1.0 : 1.0);
        // Python refuses 017, which once meant 15.
        return digits.Length > 1 && digits[0] == '0' && digits.AsSpan().IndexOfAnyExcept('0') >= 0
            ? throw Unexpected()
            : Narrow(BigInteger.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture), negative);
    }

    private static BigInteger Radix(string digits)
    {
        var radix = char.ToLowerInvariant(digits[1]) switch { 'x' => 16, 'o' => 8, _ => 2 };
        return digits[2..].Aggregate(BigInteger.Zero, (sum, digit) => sum * radix + Convert.ToInt32(digit.ToString(), 16));
    }

    private static object Narrow(BigInteger value, bool negative)
    {
        var signed = negative ? -value : value;
        object number = signed;
        if (signed >= long.MinValue && signed <= long.MaxValue)
            number = (long)signed;
        return number;
    }

    private object? Word()
    {
        var start = at;
        while (at < text.Length && (char.IsLetterOrDigit(text[at]) || text[at] == '_'))
            at++;
        var word = text[start..at];
        if (at < text.Length && text[at] is '\'' or '"' && word is "" or "r" or "R" or "u" or "U")
        {
            at = start;
            return PythonString.Read(text, ref at);
        }
        return word switch
        {
            "True" => true,
            "False" => false,
            "None" => null,
            _ => throw Unexpected(word),
        };
    }

    private void Skip()
    {
        while (at < text.Length && (text[at] is ' ' or '\t' or '\f' || (depth > 1 && text[at] is '\n' or '\r')))
            at++;
    }

    private void SkipLines()
    {
        while (at < text.Length && (text[at] is ' ' or '\t' or '\f' or '\n' or '\r' or '#'))
            at = text[at] == '#' ? text.IndexOf('\n', at) is >= 0 and var end ? end : text.Length : at + 1;
    }

    private bool Take(char expected)
    {
        if (at >= text.Length || text[at] != expected)
            return false;
        at++;
        return true;
    }

    private FormatException Unexpected() => Unexpected("");

    private FormatException Unexpected(string word) => new(word.ToUpperInvariant() switch
    {
        "TRUE" => "truth values are written True and False",
        "FALSE" => "truth values are written True and False",
        "NONE" or "NULL" => "no value is written None",
        "INF" or "NAN" => "that is no number; a number without limit is written 1e999",
        not "" => $"'{word}' is no value; put text in quotes, such as '{word}'",
        _ when at >= text.Length => "the value is missing or breaks off",
        _ => $"'{text[at]}' at character {at + 1} does not belong there",
    });

    [GeneratedRegex(@"\G(?:(?<radix>0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+)|(?:[0-9](?:_?[0-9])*)?\.(?:[0-9](?:_?[0-9])*)(?:[eE][+-]?[0-9](?:_?[0-9])*)?|[0-9](?:_?[0-9])*\.(?:[eE][+-]?[0-9](?:_?[0-9])*)?|[0-9](?:_?[0-9])*[eE][+-]?[0-9](?:_?[0-9])*|(?<whole>[0-9](?:_?[0-9])*))(?![\w.])")]
    private static partial Regex NumberPattern();
}
