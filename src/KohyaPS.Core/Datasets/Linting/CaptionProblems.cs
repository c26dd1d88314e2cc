using KohyaPS.Datasets;

namespace KohyaPS;

/// <summary>What a training says of its captions before it starts: the linter's findings about caption files, and texts that are missing altogether.</summary>
public static class CaptionProblems
{
    private static readonly Dictionary<string, PictureFacts> NoFacts = [];

    /// <summary>The problems of datasets as read; reads no picture.</summary>
    /// <param name="config">The configuration that the datasets are trained with.</param>
    /// <param name="datasets">The datasets, as read.</param>
    public static IReadOnlyList<ConfigProblem> Find(LoraConfig config, IReadOnlyList<TrainingDataset> datasets)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(datasets);
        var trained = datasets.SelectMany(d => d.Subsets).Where(s => !s.IsRegularization).ToList();
        // A training without a single word can only have been set up by mistake: nothing it learns could be asked for.
        if (trained.Any(s => s.Images.Count > 0) && trained.All(s => s.Images.All(i => i.Caption.Text.Length == 0)))
            return [Problem($"No picture has a caption, and the folders have no words in their names: {string.Join(", ", trained.Select(s => $"'{s.Folder}'"))}.",
                $"Write a {trained[0].CaptionExtension} file beside each picture, or name the folder <repeats>_<words>, such as '10_shs robot'.", isWarning: false)];
        return [.. Files(config, datasets), .. trained.Where(OnlyFolderWords).Select(s => Problem(
            $"No picture of '{s.Folder}' has a {s.CaptionExtension} file: all {s.Images.Count} are trained with the words of the folder, '{s.ClassTokens}'.", "Write captions, or leave it if that is meant.", isWarning: true))];
    }

    private static IEnumerable<ConfigProblem> Files(LoraConfig config, IReadOnlyList<TrainingDataset> datasets) =>
        from dataset in datasets
        from finding in CaptionFileFindings.Find(new(config, dataset, NoFacts, null, CancellationToken.None))
        where finding.Id is DatasetFindingId.OtherCaptionExtension or DatasetFindingId.NoCaption or DatasetFindingId.MissingCaption or DatasetFindingId.OrphanCaption
        select Problem($"'{finding.Path}': {finding.Message}", finding.Remedy, isWarning: finding.Severity != FindingSeverity.Error);

    private static bool OnlyFolderWords(DatasetSubset subset) => subset.Images.Count > 0 && subset.Images.All(i => i.Caption.Source == CaptionSource.ClassTokens);

    private static ConfigProblem Problem(string message, string remedy, bool isWarning) => new(nameof(CaptionsSettings.CaptionExtension), message, remedy, isWarning);
}
