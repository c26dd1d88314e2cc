using static KohyaPS.Datasets.LintContext;

namespace KohyaPS.Datasets;

/// <summary>How often concepts and regularisation pictures are trained.</summary>
internal static class BalanceFindings
{
    private const double StrongImbalance = 2;

    // A regularisation picture that is seen so often in an epoch is learned itself.
    private const long ManyRepeats = 10;

    public static IEnumerable<DatasetFinding> Find(LintContext context) => Concepts(context.Dataset).Concat(Regularization(context.Dataset));

    private static IEnumerable<DatasetFinding> Concepts(TrainingDataset dataset)
    {
        var concepts = dataset.Subsets.Where(s => !s.IsRegularization && s.Images.Count > 0).Select(s => (Subset: s, Steps: s.Repeats * s.Images.Count)).OrderByDescending(c => c.Steps).ToList();
        if (concepts.Count < 2 || concepts[0].Steps <= StrongImbalance * concepts[^1].Steps)
            yield break;
        var wanted = (long)Math.Round(concepts.Average(c => (double)c.Steps));
        // The arithmetic of Set-DatasetBalance.
        var proposal = concepts.Select(c => Text($"'{c.Subset.Name}' {Math.Max(1, Math.Round((double)wanted / c.Subset.Images.Count, MidpointRounding.ToEven)):0}"));
        yield return new(DatasetFindingId.ConceptImbalance, FindingSeverity.Warning, dataset.ImageFolder ?? concepts[0].Subset.Folder,
            Text($"'{concepts[0].Subset.Name}' is trained for {concepts[0].Steps} steps an epoch, '{concepts[^1].Subset.Name}' for {concepts[^1].Steps}."),
            dataset.ImageFolder is { } folder
                ? Text($"If they are to be learned alike, use these repeats: {string.Join(", ", proposal)}. Set-DatasetBalance -LiteralPath '{folder}' -StepsPerConcept {wanted} sets them.")
                : Text($"If they are to be learned alike, use these repeats: {string.Join(", ", proposal)}."))
        {
            Value = (double)concepts[0].Steps / concepts[^1].Steps,
            Items = [.. concepts.Select(c => c.Subset.Folder)],
        };
    }

    private static IEnumerable<DatasetFinding> Regularization(TrainingDataset dataset)
    {
        var images = dataset.Subsets.Where(s => s.IsRegularization).SelectMany(s => s.Images).ToList();
        var wanted = dataset.RepeatedImageCount;
        if (images.Count == 0 || wanted == 0)
            yield break;
        var used = RegularizationBalance.Repeats([.. images.Select(i => i.Subset.Repeats)], wanted);
        var unused = images.Where((_, i) => used[i] == 0).Select(i => i.Path).ToList();
        var (least, most) = (used.Min(), used.Max());
        var sum = used.Sum();
        if (unused.Count == 0 && most - least <= 1 && most < ManyRepeats && sum == wanted)
            yield break;
        yield return new(DatasetFindingId.RegularizationImbalance, FindingSeverity.Warning, dataset.RegularizationFolder ?? images[0].Subset.Folder,
            Text($"{wanted} training samples an epoch need as many regularisation samples, taken from {images.Count} pictures: {unused.Count} are not used, the others {used.Where(u => u > 0).Min()} to {most} times, together {sum}."),
            "Use 1 repeat for regularisation folders and about as many pictures as training samples, or a whole fraction of them.") { Value = unused.Count, Items = unused };
    }
}
