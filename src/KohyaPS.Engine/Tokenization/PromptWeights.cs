using System.Buffers;
using System.Globalization;
using System.Text;

namespace KohyaPS.Engine.Tokenization;

/// <summary>
/// Reads the weights in a prompt, in the syntax that web UIs made common: (x) counts 1.1 times, (x:1.3) 1.3 times, [x] 1 / 1.1 times; brackets
/// nest, and a backslash takes their meaning from brackets. What is left open counts to the end.
/// </summary>
internal sealed class PromptWeights
{
    private const double RoundFactor = 1.1;
    private const double SquareFactor = 1 / 1.1;

    private static readonly SearchValues<char> signs = SearchValues.Create(@"\()[]:");

    private readonly List<PromptPiece> pieces = [];
    private readonly Stack<int> roundStarts = new();
    private readonly Stack<int> squareStarts = new();
    private readonly string text;

    private PromptWeights(string text) => this.text = text;

    /// <summary>The pieces of a prompt, neighbours of one weight joined; of an empty prompt one empty piece.</summary>
    public static IReadOnlyList<PromptPiece> Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var reader = new PromptWeights(text);
        for (var at = 0; at < text.Length;)
            at += reader.ReadAt(at);
        foreach (var start in reader.roundStarts.Reverse())
            reader.Multiply(start, RoundFactor);
        foreach (var start in reader.squareStarts.Reverse())
            reader.Multiply(start, SquareFactor);
        return reader.Joined();
    }

    // Reads one item and says how long it is.
    private int ReadAt(int at)
    {
        switch (text[at])
        {
            case '\\':
                var isEscape = at + 1 < text.Length && text[at + 1] is '(' or ')' or '[' or ']' or '\\';
                Add(isEscape ? text.Substring(at + 1, 1) : "");
                return isEscape ? 2 : 1;
            case '(':
                roundStarts.Push(pieces.Count);
                return 1;
            case '[':
                squareStarts.Push(pieces.Count);
                return 1;
            case ':' when NumberAt(at) is { } number && roundStarts.Count > 0:
                Multiply(roundStarts.Pop(), number.Value);
                return number.Length;
            case ')' when roundStarts.Count > 0:
                Multiply(roundStarts.Pop(), RoundFactor);
                return 1;
            case ']' when squareStarts.Count > 0:
                Multiply(squareStarts.Pop(), SquareFactor);
                return 1;
            case ':' or ')' or ']':
                Add(text.Substring(at, 1));
                return 1;
            default:
                var end = text.AsSpan(at).IndexOfAny(signs);
                Add(end < 0 ? text[at..] : text.Substring(at, end));
                return end < 0 ? text.Length - at : end;
        }
    }

    // ":1.3)", with digits of any script. sd-scripts ends a training at numbers such as 1.2.3; here they are text.
    private (double Value, int Length)? NumberAt(int colon)
    {
        var digits = new StringBuilder();
        var at = colon + 1;
        if (at < text.Length && text[at] is '+' or '-')
            digits.Append(text[at++]);
        while (at < text.Length)
        {
            var digit = CharUnicodeInfo.GetDecimalDigitValue(text, at);
            if (digit >= 0)
                digits.Append((char)('0' + digit));
            else if (text[at] == '.')
                digits.Append('.');
            else
                break;
            at += char.IsSurrogatePair(text, at) ? 2 : 1;
        }
        var isWeight = at < text.Length && text[at] == ')'
            && double.TryParse(digits.ToString(), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out _);
        return isWeight ? (double.Parse(digits.ToString(), CultureInfo.InvariantCulture), at + 1 - colon) : null;
    }

    private void Add(string piece) => pieces.Add(new(piece, 1));

    private void Multiply(int start, double factor)
    {
        for (var i = start; i < pieces.Count; i++)
            pieces[i] = pieces[i] with { Weight = pieces[i].Weight * factor };
    }

    private List<PromptPiece> Joined()
    {
        var joined = new List<PromptPiece>();
        foreach (var group in pieces.DefaultIfEmpty(new("", 1)))
        {
            if (joined is [.., var last] && last.Weight == group.Weight)
                joined[^1] = last with { Text = last.Text + group.Text };
            else
                joined.Add(group);
        }
        return joined;
    }
}
