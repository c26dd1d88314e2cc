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
        .DistinctBy(i => i.Caption.Path ?? i.Subset.Folder)
        .SelectMany(i => OfCaption(context, i.Caption.Path ?? i.Subset.Folder, i.Caption.Text, i.Subset.Settings));

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
        if (context.Config.Captions.WeightedCaptions && AccidentalWeight().Match(text) is { Success: true } match)
            yield return new(DatasetFindingId.AccidentalWeight, FindingSeverity.Warning, path,
                $"Captions are read with weights, so that '{match.Value}' is learned as '{match.Groups["name"].Value}' with more strength, without its parentheses.",
                $"Escape parentheses that belong to a tag: '{match.Value.Replace("(", "\\(", StringComparison.Ordinal).Replace(")", "\\)", StringComparison.Ordinal)}'.");
    }

    private static IEnumerable<DatasetFinding> TooLong(LintContext context, string path, string text, SubsetSettings settings)
    {
        if (context.Tokenizer is not { } tokenizer)
            yield break;
        var limit = context.Config.Captions.MaxTokenLength;
        var lines = settings.EnableWildcard ? text.Split('\n') : [text];
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
}
