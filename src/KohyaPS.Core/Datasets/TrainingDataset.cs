using System.Globalization;
using KohyaPS.Datasets;

namespace KohyaPS;

/// <summary>The folders of a training and what was found in them. The folders are read anew when a training starts.</summary>
public sealed class TrainingDataset
{
    private const int ProblemsShown = 5;

    /// <summary>Folder that holds the folders named repeats_name (train_data_dir).</summary>
    public string? ImageFolder { get; init; }

    /// <summary>The same for regularisation pictures (reg_data_dir); null without.</summary>
    public string? RegularizationFolder { get; init; }

    /// <summary>Where networks are to be saved (output_dir).</summary>
    public string? OutputFolder { get; init; }

    /// <summary>Where logs are to be written (logging_dir).</summary>
    public string? LoggingFolder { get; init; }

    /// <summary>Pictures in a batch.</summary>
    public int BatchSize { get; init; } = 1;

    /// <summary>Sizes at which its pictures are trained.</summary>
    public BucketsSettings Buckets { get; init; } = new();

    /// <summary>Strength of the network while this dataset is trained.</summary>
    public double NetworkMultiplier { get; init; } = 1;

    /// <summary>The subsets that are trained: first pictures, then regularisation pictures, each in ordinal order of names.</summary>
    public IReadOnlyList<DatasetSubset> Subsets { get; init; } = [];

    /// <summary>Folders that are not trained, and why.</summary>
    public IReadOnlyList<IgnoredFolder> IgnoredFolders { get; init; } = [];

    /// <summary>All pictures of all subsets, in order.</summary>
    public IEnumerable<TrainingImage> Images => Subsets.SelectMany(s => s.Images);

    /// <summary>Number of pictures to train, without repeats.</summary>
    public int ImageCount => Subsets.Where(s => !s.IsRegularization).Sum(s => s.Images.Count);

    /// <summary>Number of regularisation pictures, without repeats.</summary>
    public int RegularizationImageCount => Subsets.Where(s => s.IsRegularization).Sum(s => s.Images.Count);

    /// <summary>Pictures times repeats: samples of an epoch before regularisation pictures.</summary>
    public long RepeatedImageCount => Subsets.Where(s => !s.IsRegularization).Sum(s => s.Images.Count * s.Repeats);

    /// <summary>Number of pictures whose caption is a file of their own.</summary>
    public int CaptionCount => Images.Count(i => i.Caption.Source == CaptionSource.File);

    /// <summary>Refuses a dataset that cannot be trained as it is: nothing to train, a named folder that is missing, pictures or captions with a fault.</summary>
    /// <exception cref="DatasetException">Says what is wrong and what to do.</exception>
    public void EnsureTrainable()
    {
        var problems = IgnoredFolders.Where(f => f.Reason == IgnoredFolderReason.Missing).Select(f => f.Message).ToList();
        if (ImageCount == 0 && problems.Count == 0)
            problems.Add(NoImages());
        problems.AddRange(Images.SelectMany(image => new[] { image.Fault, image.Caption.Fault }).OfType<string>().Distinct());
        if (problems.Count == 0)
            return;
        var more = problems.Count > ProblemsShown
            ? string.Create(CultureInfo.InvariantCulture, $"{Environment.NewLine}... and {problems.Count - ProblemsShown} more. Test-TrainingDataset lists them all.")
            : "";
        throw new DatasetException(string.Join(Environment.NewLine, problems.Take(ProblemsShown)) + more);
    }

    private string NoImages()
    {
        var empty = IgnoredFolders.Where(f => f.Reason == IgnoredFolderReason.NoImages && !f.IsRegularization).Select(f => $"'{Path.GetFileName(f.Path)}'").ToList();
        var found = empty.Count > 0 ? $"There is no picture in {string.Join(", ", empty)}." : "No folder in it is named <repeats>_<name>, such as '10_mydog', with pictures in it.";
        return $"No pictures to train in '{ImageFolder}'. {found} Put {string.Join(" ", ImageFiles.Extensions)} files there, or point -TrainDataDir at the folder above the folders that hold them.";
    }
}
