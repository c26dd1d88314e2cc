using KohyaPS.Datasets;

namespace KohyaPS;

/// <summary>Reads one folder of pictures: names, sizes from the headers, captions.</summary>
internal static class SubsetReader
{
    public static DatasetSubset Read(SubsetSource source, CancellationToken cancellation)
    {
        var subset = new DatasetSubset
        {
            Folder = source.Folder,
            Repeats = source.Repeats,
            ClassTokens = source.ClassTokens,
            IsRegularization = source.IsRegularization,
            Settings = source.Settings,
        };
        var files = Directory.EnumerateFiles(source.Folder, "*", DatasetReader.Everything).Select(path => Path.GetFileName(path)).ToHashSet(StringComparer.Ordinal);
        var names = files.Where(ImageFiles.IsListed).Order(ImageFiles.Order).ToArray();
        subset.CaptionExtension = source.Settings.CaptionExtension is { } extension ? CaptionLookup.Normalize(extension) : CaptionLookup.Detect(files, names);
        subset.Images = ReadImages(subset, names, new CaptionLookup(files, subset.CaptionExtension), cancellation);
        return subset;
    }

    private static TrainingImage[] ReadImages(DatasetSubset subset, string[] names, CaptionLookup captions, CancellationToken cancellation)
    {
        var images = new TrainingImage[names.Length];
        Parallel.For(0, names.Length, new ParallelOptions { CancellationToken = cancellation }, i =>
            images[i] = ReadImage(subset, Path.Combine(subset.Folder, names[i]), CaptionOf(subset, names[i], captions)));
        return images;
    }

    private static TrainingImage ReadImage(DatasetSubset subset, string path, ImageCaption caption)
    {
        try
        {
            var header = ImageHeader.Read(path);
            return subset.Settings.ApplyOrientation
                ? new(path, subset, header.UprightSize, caption, header.Orientation)
                : new(path, subset, header.StoredSize, caption);
        }
        catch (DatasetException fault)
        {
            return new(path, subset, default, caption, Fault: fault.Message);
        }
    }

    private static ImageCaption CaptionOf(DatasetSubset subset, string name, CaptionLookup captions)
    {
        if (captions.FileOf(name) is { } file)
            return CaptionFile.Read(Path.Combine(subset.Folder, file), subset.Settings.EnableWildcard);
        return subset.ClassTokens is { } classTokens ? new(classTokens, CaptionSource.ClassTokens) : new("", CaptionSource.None);
    }
}
