using KohyaPS.Datasets;

namespace KohyaPS;

/// <summary>
/// Looks for everything in a dataset that would stop a training, or make it learn something else than was meant. Reads folders, buckets and
/// captions by the code that trains; changes nothing.
/// </summary>
/// <param name="inspector">Looks at pixels; null leaves out what only pixels tell.</param>
/// <param name="tokenizer">Counts tokens; null leaves out captions that are too long.</param>
public sealed class DatasetLinter(IPictureInspector? inspector = null, ICaptionTokenizer? tokenizer = null)
{
    // So many pictures are decoded between two reports of progress.
    private const int PicturesInStep = 32;

    private static readonly Func<LintContext, IEnumerable<DatasetFinding>>[] Groups =
    [
        FolderFindings.Find,
        NameFindings.Find,
        CaptionFileFindings.Find,
        CaptionTextFindings.Find,
        TagFindings.Find,
        PictureFindings.Find,
        DuplicateFindings.Find,
        BucketFindings.Find,
        BalanceFindings.Find,
    ];

    /// <summary>All findings about datasets, those about settings first.</summary>
    /// <param name="config">The configuration that the datasets are trained with.</param>
    /// <param name="datasets">The datasets, as read.</param>
    /// <param name="inspected">Called now and then with the number of pictures looked at and of all.</param>
    /// <param name="cancellation">Ends the work.</param>
    public IReadOnlyList<DatasetFinding> Check(
        LoraConfig config, IReadOnlyList<TrainingDataset> datasets, Action<int, int>? inspected = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(datasets);
        var facts = Inspect([.. datasets.SelectMany(d => d.Images).Where(i => i.Fault is null).DistinctBy(i => i.Path)], inspected, cancellation);
        var contexts = datasets.Select(d => new LintContext(config, d, facts, tokenizer, cancellation)).ToList();
        return [.. SettingFindings.Find(config), .. contexts.SelectMany(context => Groups.SelectMany(find => find(context)))];
    }

    private Dictionary<string, PictureFacts> Inspect(TrainingImage[] images, Action<int, int>? inspected, CancellationToken cancellation)
    {
        var facts = new Dictionary<string, PictureFacts>(StringComparer.Ordinal);
        if (inspector is null)
            return facts;
        // In steps, so that progress is reported from the thread that called.
        foreach (var step in images.Chunk(PicturesInStep))
        {
            var found = new PictureFacts[step.Length];
            Parallel.For(0, step.Length, new ParallelOptions { CancellationToken = cancellation }, i => found[i] = inspector.Inspect(step[i]));
            for (var i = 0; i < step.Length; i++)
                facts[step[i].Path] = found[i];
            inspected?.Invoke(facts.Count, images.Length);
        }
        return facts;
    }
}
