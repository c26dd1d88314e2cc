namespace KohyaPS.Datasets;

/// <summary>Reads a subset whose pictures and captions a metadata file names.</summary>
internal static class MetadataSubsetReader
{
    /// <exception cref="DatasetException">The file cannot be used.</exception>
    public static DatasetSubset Read(SubsetSource source, string metadataFile, CancellationToken cancellation)
    {
        var subset = new DatasetSubset
        {
            Folder = source.Folder,
            MetadataFile = metadataFile,
            Repeats = source.Repeats,
            Settings = source.Settings,
        };
        var entries = MetadataFile.Read(metadataFile);
        if (source.Folder.Length == 0 && entries.FirstOrDefault(entry => !Path.IsPathRooted(entry.Key)) is { } relative)
            throw new DatasetException($"The metadata file '{metadataFile}' names '{relative.Key}' and other relative paths. Say which folder they are relative to: -TrainDataDir, or image_dir in the dataset configuration.");
        var images = new TrainingImage[entries.Count];
        Parallel.For(0, images.Length, new ParallelOptions { CancellationToken = cancellation }, i => images[i] = ReadImage(subset, entries[i]));
        subset.Images = images;
        return subset;
    }

    private static TrainingImage ReadImage(DatasetSubset subset, MetadataEntry entry)
    {
        var text = entry.Text(subset.Settings);
        var lines = CaptionText.Lines(text).Count(line => CaptionText.Trim(line).Length > 0);
        var caption = new ImageCaption(text, CaptionSource.Metadata, subset.MetadataFile, LineCount: lines, Tags: entry.TagText(subset.Settings));
        var path = PathOf(subset, entry.Key);
        if (LeavesFolder(subset, entry.Key, path))
            return new(path, subset, default, caption, Fault: $"The metadata file '{subset.MetadataFile}' names '{entry.Key}', which lies outside of '{subset.Folder}'. Write the whole path, or choose the folder above.");
        if (!File.Exists(path))
            return new(path, subset, entry.Size ?? default, caption, Fault: $"'{path}', which the metadata file '{subset.MetadataFile}' names, does not exist. Check the paths in it, and image_dir or -TrainDataDir.");
        // A stated size that is not the picture's would distort it, so the file has the last word.
        return SubsetReader.ReadImage(subset, path, caption);
    }

    // Older tools write names without extension.
    private static string PathOf(DatasetSubset subset, string key)
    {
        var path = Path.GetFullPath(Path.Combine(subset.Folder, key));
        if (ImageFiles.IsMeantAsPicture(path) || File.Exists(path))
            return path;
        return ImageFiles.Extensions.Select(extension => path + extension).FirstOrDefault(File.Exists) ?? path;
    }

    private static bool LeavesFolder(DatasetSubset subset, string key, string path) =>
        !Path.IsPathRooted(key) && Path.GetRelativePath(Path.GetFullPath(subset.Folder), path).Split(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar)[0] == "..";
}
