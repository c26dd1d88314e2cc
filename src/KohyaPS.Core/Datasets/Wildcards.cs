using System.Text;

namespace KohyaPS.Datasets;

/// <summary>Replaces {a|b|c} by one of its pieces, drawn from left to right. {{ and }} stand for single braces; groups do not nest.</summary>
internal static class Wildcards
{
    public static string Expand(string text, ISampleDraws draws) => Expand(text, pieces => pieces[draws.Choose(pieces.Length)]);

    /// <summary>Whether every brace but the doubled ones opens or closes a group.</summary>
    public static bool AreClosed(string text)
    {
        var isOpen = false;
        foreach (var brace in text.Replace("{{", "", StringComparison.Ordinal).Replace("}}", "", StringComparison.Ordinal).Where(c => c is '{' or '}'))
        {
            if (isOpen == (brace == '{'))
                return false;
            isOpen = !isOpen;
        }
        return !isOpen;
    }

    public static string Expand(string text, Func<string[], string> choose)
    {
        // Doubled braces are set aside first, from left to right, so that they never open or close a group.
        var (open, close) = UnusedPair(text);
        var marked = text.Replace("{{", open, StringComparison.Ordinal).Replace("}}", close, StringComparison.Ordinal);
        var result = new StringBuilder();
        var at = 0;
        while (true)
        {
            var start = marked.IndexOf('{', at);
            var end = start < 0 ? -1 : marked.IndexOf('}', start);
            if (end < 0)
                break;
            if (end == start + 1)
            {
                // An empty group is no group.
                result.Append(marked, at, end + 1 - at);
            }
            else
            {
                result.Append(marked, at, start - at).Append(choose(marked[(start + 1)..end].Split('|')));
            }
            at = end + 1;
        }
        return result.Append(marked, at, marked.Length - at).Replace(open, "{").Replace(close, "}").ToString();
    }

    private static (string Open, string Close) UnusedPair(string text)
    {
        // Characters of the private use area that the text does not hold.
        var unused = Enumerable.Range(0xE000, 0x1900).Select(code => (char)code).Where(c => !text.Contains(c)).Take(2).ToArray();
        return unused.Length == 2
            ? (unused[0].ToString(), unused[1].ToString())
            : throw new DatasetException("A caption uses up the private characters of Unicode; wildcards cannot be expanded in it. Remove them.");
    }
}
