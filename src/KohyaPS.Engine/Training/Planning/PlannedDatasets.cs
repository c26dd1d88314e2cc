namespace KohyaPS.Engine.Training.Planning;

/// <summary>What a training needs to know of its pictures before the first step, or why there is nothing to train.</summary>
internal sealed record PlannedDatasets
{
    /// <summary>The datasets as read.</summary>
    public required IReadOnlyList<TrainingDataset> Read { get; init; }

    /// <summary>The batches of every epoch; null when the pictures cannot be trained.</summary>
    public EpochPlanner? Epochs { get; init; }

    /// <summary>What is wrong or doubtful.</summary>
    public required IReadOnlyList<ConfigProblem> Problems { get; init; }

    /// <summary>Reads pictures and captions anew and puts them into buckets.</summary>
    public static PlannedDatasets Prepare(LoraConfig config, CancellationToken cancellation = default)
    {
        var problems = new List<ConfigProblem>();
        IReadOnlyList<TrainingDataset> read = [];
        try
        {
            read = DatasetReader.Read(config, cancellation);
            problems.AddRange(read.SelectMany(d => d.IgnoredFolders).Where(f => f.Reason != IgnoredFolderReason.Missing).Select(f => new ConfigProblem(
                f.IsRegularization ? nameof(FoldersSettings.RegDataDir) : nameof(FoldersSettings.TrainDataDir), f.Message, "", IsWarning: true)));
            foreach (var dataset in read)
                dataset.EnsureTrainable();
            problems.AddRange(CaptionProblems.Find(config, read));
            return new() { Read = read, Problems = problems, Epochs = new EpochPlanner(BucketedDataset.CreateAll(read, config.Runtime.Compatibility)) };
        }
        catch (Exception e) when (e is DatasetException or IOException or UnauthorizedAccessException)
        {
            problems.Add(new(nameof(FoldersSettings.TrainDataDir), e.Message, "Test-TrainingDataset lists all findings with their cures."));
            return new() { Read = read, Problems = problems };
        }
    }
}
