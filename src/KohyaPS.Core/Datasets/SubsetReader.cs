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
            MaskFolder = source.MaskFolder,
            Settings = source.Settings,
        };
        var files = FilesIn(source.Folder);
        var names = files.Where(ImageFiles.IsListed).Order(ImageFiles.Order).ToArray();
        subset.CaptionExtension = source.Settings.CaptionExtension is { } extension ? CaptionLookup.Normalize(extension) : CaptionLookup.Detect(files, names);
        var captions = new CaptionLookup(files, subset.CaptionExtension);
        var masks = source.MaskFolder is null ? null : new MaskLookup(source.MaskFolder);
        var images = new TrainingImage[names.Length];
        Parallel.For(0, names.Length, new ParallelOptions { CancellationToken = cancellation }, i =>
            images[i] = WithMask(ReadImage(subset, Path.Combine(subset.Folder, names[i]), CaptionOf(subset, names[i], captions)), masks));
        subset.Images = images;
        return subset;
    }

    /// <summary>The names of all files in a folder.</summary>
    internal static HashSet<string> FilesIn(string folder) =>
        Directory.EnumerateFiles(folder, "*", DatasetReader.Everything).Select(path => Path.GetFileName(path)).ToHashSet(StringComparer.Ordinal);

    /// <summary>A picture with its size from the header, or with its fault.</summary>
    internal static TrainingImage ReadImage(DatasetSubset subset, string path, ImageCaption caption)
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

    private static TrainingImage WithMask(TrainingImage image, MaskLookup? masks)
    {
        if (masks is null || image.Fault is not null)
            return image;
        return masks.FileOf(image.Name) is { } mask
            ? image with { MaskPath = mask, Fault = MaskLookup.FaultOf(mask, image) }
            : image with { Fault = $"'{image.Path}' has no mask in '{masks.Folder}'. Put a picture named '{Path.GetFileNameWithoutExtension(image.Name)}.png' there, white where the picture counts." };
    }

    private static ImageCaption CaptionOf(DatasetSubset subset, string name, CaptionLookup captions)
    {
        if (captions.FileOf(name) is { } file)
            return CaptionFile.Read(Path.Combine(subset.Folder, file), subset.Settings.EnableWildcard);
        return subset.ClassTokens is { } classTokens ? new(classTokens, CaptionSource.ClassTokens) : new("", CaptionSource.None);
    }
}
