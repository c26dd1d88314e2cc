using KohyaPS.Datasets;

namespace KohyaPS;

/// <summary>
/// Looks through the folders of a dataset: subsets, pictures with their sizes, captions. Every call looks anew; no picture is decoded.
/// Pictures and captions that cannot be used come back with their fault.
/// </summary>
public static class DatasetReader
{
    /// <summary>Reads all datasets of a configuration.</summary>
    /// <exception cref="DatasetException">A metadata file cannot be used.</exception>
    public static IReadOnlyList<TrainingDataset> Read(LoraConfig config, CancellationToken cancellation = default) =>
        [.. DatasetSource.From(config).Select(source => Read(source, cancellation))];

    /// <summary>Reads a dataset.</summary>
    /// <exception cref="DatasetException">A metadata file cannot be used.</exception>
    public static TrainingDataset Read(DatasetSource source, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        var ignored = new List<IgnoredFolder>();
        var sources = source.Subsets.Count > 0
            ? source.Subsets
            : [.. Subfolders(source.ImageFolder, source.Settings, false, ignored), .. Subfolders(source.RegularizationFolder, source.Settings, true, ignored)];
        var subsets = new List<DatasetSubset>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var subset in sources)
        {
            if (subset.Repeats < 1)
                ignored.Add(Ignore(subset, IgnoredFolderReason.RepeatsBelowOne, "its number of repeats is less than 1. Give it at least 1."));
            else if (!seen.Add(subset.MetadataFile ?? subset.Folder))
                ignored.Add(Ignore(subset, IgnoredFolderReason.Duplicate, "it is already in this dataset. Raise its repeats instead of naming it twice."));
            else if (subset.MetadataFile is { } metadata)
            {
                if (MetadataSubsetReader.Read(subset, metadata, cancellation) is { Images.Count: > 0 } named)
                    subsets.Add(named);
                else
                    ignored.Add(new(metadata, IgnoredFolderReason.NoImages, false, $"The metadata file '{metadata}' names no pictures."));
            }
            else if (!Directory.Exists(subset.Folder))
                ignored.Add(Ignore(subset, IgnoredFolderReason.Missing, "it does not exist. Check the path."));
            else if (SubsetReader.Read(subset, cancellation) is { Images.Count: > 0 } found)
                subsets.Add(found);
            else
                ignored.Add(Ignore(subset, IgnoredFolderReason.NoImages, $"no pictures lie directly in it. Known kinds are {string.Join(' ', ImageFiles.Extensions)}."));
        }
        return new()
        {
            ImageFolder = source.ImageFolder,
            RegularizationFolder = source.RegularizationFolder,
            OutputFolder = source.OutputFolder,
            LoggingFolder = source.LoggingFolder,
            BatchSize = source.BatchSize,
            Buckets = source.Buckets,
            NetworkMultiplier = source.NetworkMultiplier,
            Subsets = subsets,
            IgnoredFolders = ignored,
        };
    }

    private static List<SubsetSource> Subfolders(string? folder, SubsetSettings settings, bool isRegularization, List<IgnoredFolder> ignored)
    {
        var subsets = new List<SubsetSource>();
        if (string.IsNullOrEmpty(folder))
            return subsets;
        if (!Directory.Exists(folder))
        {
            ignored.Add(new(folder, IgnoredFolderReason.Missing, isRegularization,
                $"The {(isRegularization ? "regularisation" : "image")} folder '{folder}' does not exist. Check {(isRegularization ? "-RegDataDir" : "-TrainDataDir")}."));
            return subsets;
        }
        foreach (var path in Directory.EnumerateDirectories(folder, "*", Everything).OrderBy(path => Path.GetFileName(path), ImageFiles.Order))
        {
            var name = Path.GetFileName(path);
            if (FolderName.TryParse(name, out var repeats, out var classTokens))
                subsets.Add(new() { Folder = path, Repeats = repeats, ClassTokens = classTokens, IsRegularization = isRegularization, Settings = settings });
            else
                ignored.Add(new(path, IgnoredFolderReason.NoRepeats, isRegularization,
                    $"The folder '{path}' is not trained: its name does not begin with repeats and an underscore. Rename it, for instance to '10_{name}'."));
        }
        return subsets;
    }

    private static IgnoredFolder Ignore(SubsetSource subset, IgnoredFolderReason reason, string message) =>
        new(subset.Folder, reason, subset.IsRegularization, $"The folder '{subset.Folder}' is not trained: {message}");

    internal static EnumerationOptions Everything { get; } = new() { AttributesToSkip = 0, MatchType = MatchType.Simple };
}
