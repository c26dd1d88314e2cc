using System.Text.RegularExpressions;
using static KohyaPS.Datasets.LintContext;

namespace KohyaPS.Datasets;

/// <summary>The tags of captions: the trigger words, tags that are kept in place, tags too common, repeated, empty or contradictory.</summary>
internal static partial class TagFindings
{
    private const int FewestForShares = 10;
    private const double CommonShare = 0.9;
    private const int MostTagsInSentence = 1;

    private static readonly (string One, string Other)[] Contradictions =
    [
        ("indoors", "outdoors"), ("day", "night"), ("short hair", "long hair"), ("open mouth", "closed mouth"), ("simple background", "detailed background"),
        ("monochrome", "colorful"), ("solo", "multiple girls"), ("solo", "multiple boys"), ("blonde hair", "black hair"), ("from above", "from below"), ("day", "evening"),
    ];

    public static IEnumerable<DatasetFinding> Find(LintContext context) => context.Dataset.Subsets.SelectMany(OfSubset).Concat(InRegularization(context.Dataset));

    private static IEnumerable<DatasetFinding> OfSubset(DatasetSubset subset)
    {
        var captioned = subset.Images.Where(i => i.Caption is { Source: CaptionSource.File or CaptionSource.Metadata, Fault: null, Text.Length: > 0 })
            .Select(i => (Path: PlaceOf(i), Text: i.Caption.Text, Tags: Tags(i.Caption.Text, subset.Settings))).DistinctBy(c => c.Path).ToList();
        return captioned.SelectMany(c => OfCaption(c.Path, c.Tags)).Concat(Trigger(subset, captioned.ConvertAll(c => c.Text)))
            .Concat(Kept(subset, captioned.ConvertAll(c => (c.Path, c.Tags)))).Concat(Common(subset, captioned.ConvertAll(c => c.Tags)))
            .Concat(Mirrored(subset, captioned.ConvertAll(c => (c.Path, c.Text)))).Concat(Separators(subset, captioned.ConvertAll(c => c.Text)));
    }

    private static IEnumerable<DatasetFinding> Separators(DatasetSubset subset, List<string> texts)
    {
        var settings = subset.Settings;
        var shuffles = settings.ShuffleCaption || settings.CaptionTagDropoutRate > 0;
        var separators = new[] { ("KeepTokensSeparator", settings.KeepTokensSeparator), ("SecondarySeparator", settings.SecondarySeparator), ("CaptionSeparator", shuffles ? settings.CaptionSeparator : null) };
        foreach (var (name, mark) in separators.Where(s => texts.Count > 0 && !string.IsNullOrEmpty(s.Item2) && !texts.Exists(t => t.Contains(s.Item2, StringComparison.Ordinal))))
            yield return new(DatasetFindingId.SeparatorMissing, FindingSeverity.Warning, subset.Folder, Text($"-{name} is '{mark}', which stands in 0 of {texts.Count} captions, so that it separates nothing."), $"Write it into the captions, or change -{name}.");
    }

    // A trigger that regularisation pictures are trained with, too, is held back to what the model knew of it.
    private static IEnumerable<DatasetFinding> InRegularization(TrainingDataset dataset)
    {
        var triggers = dataset.Subsets.Where(s => !s.IsRegularization).Select(s => CaptionText.Trim(s.ClassTokens ?? "").Split(' ')).Where(words => words.Length > 1).Select(words => words[0]).Distinct().ToList();
        return dataset.Subsets.Where(s => s.IsRegularization).SelectMany(s => triggers.SelectMany(trigger =>
        {
            var found = s.Images.Where(i => Regex.IsMatch(i.Caption.Text, $@"\b{Regex.Escape(trigger)}\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)).Select(i => i.Path).ToList();
            return About(found, DatasetFindingId.TriggerInRegularization, FindingSeverity.Warning, s.Folder,
                $"'{trigger}', which the other pictures are to teach, stands in the captions of {found.Count} of {s.Images.Count} regularisation pictures, which hold it where it is.", $"Take '{trigger}' out of these captions and of the folder's name; keep the class.");
        }));
    }

    private static IEnumerable<DatasetFinding> OfCaption(string path, string[] tags)
    {
        var empty = tags.Count(t => t.Length == 0);
        if (empty > 0 && tags.Length > MostTagsInSentence)
            yield return new(DatasetFindingId.EmptyTag, FindingSeverity.Warning, path, Text($"The caption holds empty tags, by commas at its end or one after the other: {empty}."), "Remove the commas; empty tags survive shuffling.") { Value = empty };
        var repeated = tags.Where(t => t.Length > 0).GroupBy(t => t, StringComparer.OrdinalIgnoreCase).Where(g => g.Count() > 1).Select(g => g.Key).ToList();
        foreach (var finding in About(repeated, DatasetFindingId.RepeatedTag, FindingSeverity.Information, path, $"The caption repeats {Quoted(repeated)}.", "Keep one of each."))
            yield return finding;
        var known = tags.Select(t => t.Replace('_', ' ')).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var (one, other) in Contradictions.Where(c => known.Contains(c.One) && known.Contains(c.Other)))
            yield return new(DatasetFindingId.ContradictoryTags, FindingSeverity.Information, path, $"The caption holds '{one}' and '{other}'.", "Keep the one that the picture shows.") { Items = [one, other] };
    }

    private static IEnumerable<DatasetFinding> Trigger(DatasetSubset subset, List<string> texts)
    {
        var words = CaptionText.Trim(subset.ClassTokens ?? "");
        if (subset.IsRegularization || words.Length == 0 || texts.Count == 0 || texts.Any(t => t.Contains(words, StringComparison.OrdinalIgnoreCase)))
            yield break;
        // "shs dog" also counts as present where its first, rare word is.
        var first = words.Split(' ')[0];
        if (texts.Any(t => t.Contains(first, StringComparison.OrdinalIgnoreCase)))
            yield break;
        yield return new(DatasetFindingId.TriggerMissing, FindingSeverity.Warning, subset.Folder,
            Text($"The words of the folder, '{words}', stand in 0 of {texts.Count} captions. Caption files replace the folder's words, so these are never learned."),
            $"Put '{words}' in front of each caption, or set -CaptionPrefix '{words},'.");
    }

    private static IEnumerable<DatasetFinding> Kept(DatasetSubset subset, List<(string Path, string[] Tags)> captions)
    {
        var (settings, keep) = (subset.Settings, subset.Settings.KeepTokens);
        if (keep < 1 || !settings.ShuffleCaption || !string.IsNullOrEmpty(settings.KeepTokensSeparator))
            yield break;
        var shorter = captions.Where(c => c.Tags.Length < keep).Select(c => c.Path).ToList();
        foreach (var finding in About(shorter, DatasetFindingId.KeepTokensTooLarge, FindingSeverity.Warning, subset.Folder,
            $"Captions with fewer than the {keep} tags that are kept in place, so that nothing of them is shuffled: {shorter.Count} of {captions.Count}.", "Lower -KeepTokens."))
            yield return finding;
        var words = CaptionText.Trim(subset.ClassTokens ?? "").Split(' ')[0];
        bool Holds(string tag) => tag.Contains(words, StringComparison.OrdinalIgnoreCase);
        var moved = words.Length == 0 ? [] : captions.Where(c => c.Tags.Any(Holds) && !c.Tags.Take(keep).Any(Holds)).Select(c => c.Path).ToList();
        foreach (var finding in About(moved, DatasetFindingId.TriggerNotKept, FindingSeverity.Warning, subset.Folder,
            $"'{words}' stands behind the {keep} tags that are kept in place, and is shuffled among the others, in {moved.Count} of {captions.Count} captions.", "Put it first in these captions, or raise -KeepTokens."))
            yield return finding;
    }

    private static IEnumerable<DatasetFinding> Common(DatasetSubset subset, List<string[]> captions)
    {
        if (captions.Count < FewestForShares)
            yield break;
        var trigger = CaptionText.Trim(subset.ClassTokens ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var common = TagFrequency.Of(subset).Where(t => t.Value > CommonShare * captions.Count && !trigger.Any(w => t.Key.Contains(w, StringComparison.OrdinalIgnoreCase)))
            .OrderByDescending(t => t.Value).ThenBy(t => t.Key, StringComparer.Ordinal).Select(t => Text($"{t.Key} ({t.Value})")).ToList();
        foreach (var finding in About(common, DatasetFindingId.CommonTag, FindingSeverity.Information, subset.Folder,
            $"Tags in more than 90 % of {captions.Count} captions: {string.Join(", ", common.Take(5))}. What they name is learned as part of the concept only through them.",
            "Leave out what belongs to the concept itself; keep what should stay changeable."))
            yield return finding;
    }

    private static IEnumerable<DatasetFinding> Mirrored(DatasetSubset subset, List<(string Path, string Text)> captions)
    {
        var sided = subset.Settings.FlipAug ? captions.Where(c => SidedWord().IsMatch(c.Text)).Select(c => c.Path).ToList() : [];
        return About(sided, DatasetFindingId.MirroredText, FindingSeverity.Information, subset.Folder,
            $"Pictures are mirrored, but {sided.Count} of {captions.Count} captions speak of writing or of sides.", "Turn -FlipAug off where writing, logos or left and right matter.");
    }

    private static string[] Tags(string caption, SubsetSettings settings)
    {
        var text = string.IsNullOrEmpty(settings.KeepTokensSeparator) ? caption : caption.Replace(settings.KeepTokensSeparator, settings.CaptionSeparator, StringComparison.Ordinal);
        return [.. text.Split(settings.CaptionSeparator).Select(CaptionText.Trim)];
    }

    private static string Quoted(IEnumerable<string> tags) => string.Join(", ", tags.Select(t => $"'{t}'"));

    [GeneratedRegex(@"\b(text|letters?|logo|writing|caption|sign|watermark|signature|left|right|asymmetr\w*)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SidedWord();
}
