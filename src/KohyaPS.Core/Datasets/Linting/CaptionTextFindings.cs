using System.Globalization;
using System.Text.RegularExpressions;
using static KohyaPS.Datasets.LintContext;

namespace KohyaPS.Datasets;

/// <summary>What stands in captions: damage, length, weights.</summary>
internal static partial class CaptionTextFindings
{
    private static readonly int[] TokenLimits = [75, 150, 225];

    public static IEnumerable<DatasetFinding> Find(LintContext context) => context.Dataset.Subsets
        .SelectMany(s => s.Images)
        .Where(i => i.Caption is { Fault: null, Text.Length: > 0 })
        .DistinctBy(PlaceOf)
        .SelectMany(i => OfCaption(context, PlaceOf(i), i.Caption.Text, i.Subset.Settings));

    private static IEnumerable<DatasetFinding> OfCaption(LintContext context, string path, string text, SubsetSettings settings)
    {
        context.Cancellation.ThrowIfCancellationRequested();
        if (Mojibake.Repair(text) is { } repaired)
            yield return new(DatasetFindingId.Mojibake, FindingSeverity.Warning, path,
                $"The caption looks like text that was read in a wrong encoding and saved again: '{Shortened(text)}'.",
                repaired == text ? "Write the caption anew; the damaged characters cannot be told." : $"Correct it, probably to '{Shortened(repaired)}'.");
        var hidden = text.Where(IsHidden).Distinct().Select(c => Text($"U+{(int)c:X4}")).ToList();
        foreach (var finding in About(hidden, DatasetFindingId.ControlCharacter, FindingSeverity.Warning, path,
            $"The caption holds characters that cannot be seen: {string.Join(", ", hidden)}.",
            text.Contains('\0', StringComparison.Ordinal) ? "It is probably UTF-16 without a mark: save it anew as UTF-8." : "Remove them."))
            yield return finding;
        foreach (var finding in TooLong(context, path, text, settings))
            yield return finding;
        foreach (var finding in Wildcard(path, text, settings))
            yield return finding;
        if (context.Config.Captions.WeightedCaptions && OpenBracket(text) is { } open)
            yield return new(DatasetFindingId.OpenWeight, FindingSeverity.Warning, path,
                $"Captions are read with weights, and a '{open}' is never closed: everything behind it is learned with {(open == '(' ? "more" : "less")} strength.", $"Close it, or write \\{open} where it belongs to the text.");
        if (context.Config.Captions.WeightedCaptions && AccidentalWeight().Match(text) is { Success: true } match)
            yield return new(DatasetFindingId.AccidentalWeight, FindingSeverity.Warning, path,
                $"Captions are read with weights, so that '{match.Value}' is learned as '{match.Groups["name"].Value}' with more strength, without its parentheses.",
                $"Escape parentheses that belong to a tag: '{match.Value.Replace("(", "\\(", StringComparison.Ordinal).Replace(")", "\\)", StringComparison.Ordinal)}'.");
    }

    private static IEnumerable<DatasetFinding> Wildcard(string path, string text, SubsetSettings settings)
    {
        if (!settings.EnableWildcard && Choice().Match(text) is { Success: true } choice)
            yield return new(DatasetFindingId.WildcardNotRead, FindingSeverity.Warning, path, $"'{choice.Value}' is learned as it stands, with its braces.", "Set -EnableWildcard to draw one of the words each time, or write one of them.");
        else if (settings.EnableWildcard && !Wildcards.AreClosed(text))
            yield return new(DatasetFindingId.BrokenWildcard, FindingSeverity.Warning, path, "Its braces do not match, or stand in one another; what is between them is learned as it stands.", "Close each { by a }, one group behind the other; {{ and }} are braces that belong to the text.");
    }

    // The first bracket that stays open to the end.
    private static char? OpenBracket(string text)
    {
        var open = new Dictionary<char, int> { ['('] = 0, ['['] = 0 };
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\')
                i++;
            else if (text[i] is '(' or '[')
                open[text[i]]++;
            else if (text[i] is ')' or ']')
                open[text[i] == ')' ? '(' : '['] = Math.Max(0, open[text[i] == ')' ? '(' : '['] - 1);
        }
        return open.FirstOrDefault(o => o.Value > 0) is { Value: > 0 } found ? found.Key : null;
    }

    private static IEnumerable<DatasetFinding> TooLong(LintContext context, string path, string text, SubsetSettings settings)
    {
        if (context.Tokenizer is not { } tokenizer)
            yield break;
        var limit = context.Config.Captions.MaxTokenLength;
        var lines = settings.EnableWildcard ? text.Split('\n').Select(l => Wildcards.Expand(l, pieces => pieces.MaxBy(p => p.Length)!)) : [text];
        var longest = lines.Select(l => string.Join(' ', new[] { settings.CaptionPrefix, l, settings.CaptionSuffix }.Where(p => !string.IsNullOrEmpty(p)))).MaxBy(l => tokenizer.Count(l))!;
        var count = tokenizer.Count(longest);
        if (count <= limit)
            yield break;
        var cut = longest[Kept(tokenizer, longest, limit)..].Trim();
        var larger = TokenLimits.FirstOrDefault(l => l >= count);
        yield return new(DatasetFindingId.CaptionTooLong, FindingSeverity.Warning, path, Text($"The caption has {count} tokens; only {limit} are read. Cut off is: '{Shortened(cut)}'."),
            larger > limit ? Text($"Set -MaxTokenLength {larger}, or shorten the caption.") : "Shorten the caption; 225 tokens are the most.") { Value = count };
    }

    // How many characters fit, to the word: more characters never have fewer tokens.
    private static int Kept(ICaptionTokenizer tokenizer, string text, int limit)
    {
        var ends = Enumerable.Range(1, text.Length).Where(i => i == text.Length || char.IsWhiteSpace(text[i])).ToArray();
        var (low, high) = (0, ends.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (tokenizer.Count(text[..ends[middle]]) <= limit)
                low = middle + 1;
            else
                high = middle;
        }
        return low == 0 ? 0 : ends[low - 1];
    }

    // Joiners and variation selectors belong to emoji and scripts; control characters, zero-width spaces and stray marks to nothing.
    private static bool IsHidden(char c) => (char.IsControl(c) && c is not ('\t' or '\n')) || c is '\u200B' or '\uFEFF' or '\u2060';

    private static string Shortened(string text) => new StringInfo(text) is { LengthInTextElements: > 80 } info ? info.SubstringByTextElements(0, 80) + "..." : text;

    // (name) or name_(name) without a weight, unescaped.
    [GeneratedRegex(@"(?<!\\)(?:\w+[ _])?\((?<name>[^()\[\]:\\]+)\)")]
    private static partial Regex AccidentalWeight();

    [GeneratedRegex(@"\{[^{}|]*\|[^{}]*\}")]
    private static partial Regex Choice();
}
