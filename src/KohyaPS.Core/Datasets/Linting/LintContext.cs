using System.Globalization;

namespace KohyaPS.Datasets;

/// <summary>What the groups of findings work from.</summary>
/// <param name="Config">Settings that no subset holds, such as the token limit.</param>
/// <param name="Dataset">The dataset as the trainer reads it.</param>
/// <param name="Facts">What the pixels say, by path; empty where pixels were not looked at.</param>
/// <param name="Tokenizer">Counts tokens; null where there is none.</param>
/// <param name="Cancellation">Ends the work.</param>
internal sealed record LintContext(
    LoraConfig Config,
    TrainingDataset Dataset,
    IReadOnlyDictionary<string, PictureFacts> Facts,
    ICaptionTokenizer? Tokenizer,
    CancellationToken Cancellation)
{
    /// <summary>One finding about all items, or none where there are no items.</summary>
    public static IEnumerable<DatasetFinding> About(
        IReadOnlyCollection<string> items, DatasetFindingId id, FindingSeverity severity, string path, FormattableString message, string remedy) =>
        items.Count == 0 ? [] : [new(id, severity, path, Text(message), remedy) { Items = [.. items], Value = items.Count }];

    /// <summary>A message with numbers as files have them, not as the user's culture writes them.</summary>
    public static string Text(FormattableString message) => message.ToString(CultureInfo.InvariantCulture);

    /// <summary>The files in the folder of a subset; none where a metadata file states absolute paths.</summary>
    public static IEnumerable<string> FilesOf(DatasetSubset subset) =>
        subset.Folder.Length == 0 ? [] : Directory.EnumerateFiles(subset.Folder, "*", DatasetReader.Everything).Order(StringComparer.Ordinal);

    /// <summary>Where to point for a caption: its own file, or with a metadata file the picture.</summary>
    public static string PlaceOf(TrainingImage image) => image.Caption.Source == CaptionSource.Metadata ? image.Path : image.Caption.Path ?? image.Subset.Folder;

    /// <summary>The pictures of a subset whose header is sound, with their headers.</summary>
    public IEnumerable<(TrainingImage Image, ImageHeader Header)> Headers(DatasetSubset subset)
    {
        foreach (var image in subset.Images.Where(i => i.Fault is null))
        {
            Cancellation.ThrowIfCancellationRequested();
            ImageHeader header;
            try
            {
                header = ImageHeader.Read(image.Path);
            }
            catch (DatasetException)
            {
                // It changed since it was listed; the next reading of the dataset names the fault.
                continue;
            }
            yield return (image, header);
        }
    }
}
