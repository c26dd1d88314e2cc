using KohyaPS.Datasets;
using KohyaPS.Files;

namespace KohyaPS.Engine.Imaging;

/// <summary>Which pictures are shown as a training sees them, and in which files.</summary>
public sealed class BucketPreviewPlan
{
    // Twenty rows of twenty: a sheet that every viewer opens.
    internal const int SheetImages = 400;
    private readonly HashSet<string> taken;
    private readonly HashSet<string> sources;

    /// <param name="dataset">The dataset with its buckets.</param>
    /// <param name="destination">Full path of the folder that gets a folder for each bucket.</param>
    /// <param name="withSheets">Also plans contact sheets.</param>
    /// <param name="taken">Full paths that are not to be used, in any case of letters; gets those of this plan.</param>
    public BucketPreviewPlan(BucketedDataset dataset, string destination, bool withSheets, HashSet<string> taken)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(taken);
        this.taken = taken;
        // No picture of the dataset is ever a target, not even through a link.
        sources = new(dataset.Dataset.Images.Select(image => RealPath.Of(image.Path)), StringComparer.OrdinalIgnoreCase);
        Buckets = [.. dataset.Buckets.Select(bucket => new PlannedPreviews(
            [.. bucket.Images.Select(image => (image, Free(Path.Combine(destination, bucket.Size.ToString()), Path.GetFileNameWithoutExtension(image.Image.Name))))],
            [.. Enumerable.Range(0, withSheets ? (bucket.Images.Count + SheetImages - 1) / SheetImages : 0).Select(_ => Free(destination, $"sheet-{bucket.Size}"))]))];
    }

    /// <summary>All files that will be written.</summary>
    public IEnumerable<string> Targets => Buckets.SelectMany(bucket => bucket.Images.Select(image => image.Path).Concat(bucket.Sheets));

    /// <summary>Number of pictures.</summary>
    public int ImageCount => Buckets.Sum(bucket => bucket.Images.Count);

    internal IReadOnlyList<PlannedPreviews> Buckets { get; }

    // Pictures of one name in several folders, or of several kinds, get a number.
    private string Free(string folder, string stem)
    {
        var path = Path.Combine(folder, stem + ".png");
        for (var number = 2; !taken.Add(path) || sources.Contains(RealPath.Of(path)); number++)
            path = Path.Combine(folder, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{stem}-{number}.png"));
        return path;
    }

    /// <summary>The files of one bucket.</summary>
    internal sealed record PlannedPreviews(IReadOnlyList<(RegisteredImage Image, string Path)> Images, IReadOnlyList<string> Sheets);
}
