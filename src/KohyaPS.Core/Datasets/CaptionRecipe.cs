using KohyaPS.Datasets;

namespace KohyaPS;

/// <summary>
/// Makes the caption that one sample is trained with from the stored one: dropout, choice of line and wildcards, fixed and varied tags, prefix and suffix.
/// A pure function of the settings, the moment and the draws.
/// </summary>
/// <param name="settings">How captions are varied.</param>
/// <param name="tokenWarmupSteps">Step from which all tags are used; 0 means no warm-up.</param>
public sealed class CaptionRecipe(SubsetSettings settings, int tokenWarmupSteps)
{
    private const string Joint = ", ";

    /// <summary>True where every epoch gives the same caption, so that its text states can be kept.</summary>
    public bool IsFixed => !ChangesTags && !settings.EnableWildcard && settings.CaptionDropoutRate <= 0 && settings.CaptionDropoutEveryNEpochs <= 0;

    private bool ChangesTags => settings.ShuffleCaption || tokenWarmupSteps > 0 || settings.CaptionTagDropoutRate > 0;

    /// <summary>The caption of one sample.</summary>
    /// <param name="stored">The stored caption; with wildcards its lines stand below each other.</param>
    /// <param name="epoch">The epoch, counted from 1.</param>
    /// <param name="step">Optimizer steps done so far.</param>
    /// <param name="draws">The random numbers of the sample.</param>
    public string Make(string stored, int epoch, int step, ISampleDraws draws)
    {
        ArgumentNullException.ThrowIfNull(stored);
        ArgumentNullException.ThrowIfNull(draws);
        if (settings.CaptionDropoutRate > 0 && draws.Next() < settings.CaptionDropoutRate)
            return "";
        if (settings.CaptionDropoutEveryNEpochs > 0 && epoch % settings.CaptionDropoutEveryNEpochs == 0)
            return "";
        var caption = Framed(Line(stored, draws));
        if (settings.EnableWildcard)
            caption = Wildcards.Expand(caption, draws);
        if (ChangesTags || Holds(caption, settings.KeepTokensSeparator))
            caption = WithTags(caption, step, draws);
        return Holds(caption, settings.SecondarySeparator)
            ? caption.Replace(settings.SecondarySeparator!, settings.CaptionSeparator, StringComparison.Ordinal)
            : caption;
    }

    private string Line(string stored, ISampleDraws draws)
    {
        var lines = stored.Split('\n');
        return lines.Length == 1 || !settings.EnableWildcard ? lines[0] : lines[draws.Choose(lines.Length)];
    }

    // sd-scripts frames the whole text before it chooses a line, so that only the first line has the prefix and only the last the suffix.
    private string Framed(string line)
    {
        var prefixed = string.IsNullOrEmpty(settings.CaptionPrefix) ? line : settings.CaptionPrefix + " " + line;
        return string.IsNullOrEmpty(settings.CaptionSuffix) ? prefixed : prefixed + " " + settings.CaptionSuffix;
    }

    private string WithTags(string caption, int step, ISampleDraws draws)
    {
        var (head, varied, tail) = Split(caption);
        if (step < tokenWarmupSteps)
        {
            var used = Math.Floor(step * ((double)(varied.Count - settings.TokenWarmupMin) / tokenWarmupSteps)) + settings.TokenWarmupMin;
            varied = TakeAsPython(varied, (int)used);
        }
        if (settings.ShuffleCaption)
            draws.Shuffle(varied);
        if (settings.CaptionTagDropoutRate > 0)
            varied = [.. varied.Where(_ => draws.Next() >= settings.CaptionTagDropoutRate)];
        return string.Join(Joint, [.. head, .. varied, .. tail]);
    }

    private (List<string> Head, List<string> Varied, List<string> Tail) Split(string caption)
    {
        if (Holds(caption, settings.KeepTokensSeparator))
        {
            var parts = caption.Split(settings.KeepTokensSeparator!, 3);
            return (Filled(parts[0]), Filled(parts[1]), parts.Length > 2 ? Filled(parts[2]) : []);
        }
        var tags = Tags(CaptionText.Trim(caption));
        var kept = Math.Clamp(settings.KeepTokens, 0, tags.Count);
        return (tags[..kept], tags[kept..], []);
    }

    private List<string> Tags(string text) => [.. text.Split(settings.CaptionSeparator).Select(CaptionText.Trim)];

    private List<string> Filled(string text) => [.. Tags(text).Where(tag => tag.Length > 0)];

    // A negative count takes all but so many, as slices do in the trainer.
    private static List<string> TakeAsPython(List<string> tags, int count) => count >= 0 ? [.. tags.Take(count)] : [.. tags.SkipLast(-count)];

    private static bool Holds(string caption, string? mark) => !string.IsNullOrEmpty(mark) && caption.Contains(mark, StringComparison.Ordinal);
}
