using KohyaPS.Datasets;

namespace KohyaPS;

/// <summary>How often each tag occurs in the captions of a subset, as network metadata states it: lower case, once a picture, repeats not counted.</summary>
public static class TagFrequency
{
    /// <summary>Counts the tags of a subset; captions by class tokens included. Of a metadata file only its tags count.</summary>
    public static IReadOnlyDictionary<string, int> Of(DatasetSubset subset)
    {
        ArgumentNullException.ThrowIfNull(subset);
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var tag in subset.Images.SelectMany(image => TagsOf(image.Caption, subset.Settings)))
            counts[tag] = counts.GetValueOrDefault(tag) + 1;
        return counts;
    }

    // The marks around fixed tags are no part of a tag.
    private static IEnumerable<string> TagsOf(ImageCaption stored, SubsetSettings settings)
    {
        var caption = stored.Source == CaptionSource.Metadata ? stored.Tags ?? "" : stored.Text;
        var text = string.IsNullOrEmpty(settings.KeepTokensSeparator) ? caption : caption.Replace(settings.KeepTokensSeparator, ",", StringComparison.Ordinal);
        return text.Split(',').Select(tag => CaptionText.Trim(tag).ToLowerInvariant()).Where(tag => tag.Length > 0);
    }
}
