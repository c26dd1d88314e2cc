using System.Text;

namespace KohyaPS.Datasets;

/// <summary>Replaces {a|b|c} by one of its pieces, drawn from left to right. {{ and }} stand for single braces; groups do not nest.</summary>
internal static class Wildcards
{
    public static string Expand(string text, ISampleDraws draws)
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
                var pieces = marked[(start + 1)..end].Split('|');
                result.Append(marked, at, start - at).Append(pieces[draws.Choose(pieces.Length)]);
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
