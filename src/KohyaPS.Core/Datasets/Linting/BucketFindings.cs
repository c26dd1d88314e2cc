using static KohyaPS.Datasets.LintContext;

namespace KohyaPS.Datasets;

/// <summary>Buckets: what resizing and cutting do to pictures, and how full batches are.</summary>
internal static class BucketFindings
{
    private const double MuchCut = 0.2;
    private const double FullEnough = 0.75;
    private const int MostShown = 10;
    private static readonly int[] FinerSteps = [32, 16, 8];

    public static IEnumerable<DatasetFinding> Find(LintContext context)
    {
        BucketPlanner planner;
        try
        {
            planner = new(context.Dataset.Buckets, context.Config.Runtime.Compatibility);
        }
        catch (DatasetException)
        {
            // The settings contradict each other: the findings about settings say how.
            return [];
        }
        var sound = context.Dataset.Images.Where(i => i is { Fault: null, Caption.Fault: null }).ToList();
        var assigned = new List<(TrainingImage Image, BucketAssignment Bucket)>();
        var tooSmall = new List<DatasetFinding>();
        foreach (var image in sound)
            try
            {
                assigned.Add((image, planner.Assign(image.Size)));
            }
            catch (DatasetException fault)
            {
                tooSmall.Add(new(DatasetFindingId.ImageTooSmall, FindingSeverity.Error, image.Path, fault.Message, "Remove the picture or use a larger one."));
            }
        return tooSmall.Concat(Upscaled(context.Dataset, assigned)).Concat(Cut(context.Dataset, assigned)).Concat(Batches(context, assigned));
    }

    private static IEnumerable<DatasetFinding> Upscaled(TrainingDataset dataset, List<(TrainingImage Image, BucketAssignment Bucket)> assigned)
    {
        var enlarged = assigned.Select(a => (a.Image, Factor: Math.Max((double)a.Bucket.Resized.Width / a.Image.Width, (double)a.Bucket.Resized.Height / a.Image.Height)))
            .Where(a => a.Factor > 1).OrderByDescending(a => a.Factor).ToList();
        return enlarged.Count == 0 ? [] : About([.. enlarged.Select(a => a.Image.Path)], DatasetFindingId.UpscaledImages, FindingSeverity.Warning, FolderOf(dataset),
            $"Smaller than their bucket, and therefore enlarged: {enlarged.Count} of {assigned.Count} pictures, '{enlarged[0].Image.Name}' the most, by {enlarged[0].Factor:0.00}. Enlarged pictures are learned as blurred.",
            "Use larger pictures, or set -BucketNoUpscale.").Select(f => f with { Value = enlarged[0].Factor });
    }

    private static IEnumerable<DatasetFinding> Cut(TrainingDataset dataset, List<(TrainingImage Image, BucketAssignment Bucket)> assigned)
    {
        var cut = assigned.Select(a => (a.Image, Share: ShareCut(a.Bucket))).OrderByDescending(a => a.Share).ToList();
        if (!dataset.Buckets.EnableBucket)
        {
            var any = cut.Where(a => a.Share > 0 || a.Image.Size != assigned[0].Bucket.Bucket).Select(a => a.Image.Path).ToList();
            foreach (var finding in About(any, DatasetFindingId.CroppedWithoutBuckets, FindingSeverity.Information, FolderOf(dataset),
                $"Buckets are off. Resized and cut to {dataset.Buckets.Resolution}: {any.Count} of {assigned.Count} pictures; {cut[0].Share:0%} of '{cut[0].Image.Name}' is lost.", "Set -EnableBucket to keep aspect ratios."))
                yield return finding;
        }
        var much = cut.Where(a => a.Share > MuchCut).ToList();
        if (much.Count > 0)
            yield return new(DatasetFindingId.CroppedImages, FindingSeverity.Warning, FolderOf(dataset),
                Text($"More than {MuchCut:0%} cut off: {much.Count} of {assigned.Count} pictures, {string.Join(", ", much.Take(MostShown).Select(a => Text($"'{a.Image.Name}' {a.Share:0%}")))}."),
                "Crop them by hand to what matters." + Finer(dataset, much.ConvertAll(a => a.Image))) { Value = much[0].Share, Items = [.. much.Select(a => a.Image.Path)] };
    }

    private static double ShareCut(BucketAssignment bucket) => 1 - (double)bucket.Bucket.Area / bucket.Resized.Area;

    // Which finer steps would keep more of these pictures.
    private static string Finer(TrainingDataset dataset, List<TrainingImage> images)
    {
        double Lost(BucketsSettings settings)
        {
            try
            {
                var planner = new BucketPlanner(settings);
                return images.Average(i => ShareCut(planner.Assign(i.Size)));
            }
            catch (DatasetException)
            {
                return 1;
            }
        }
        var now = Lost(dataset.Buckets);
        var better = FinerSteps.Where(s => s < dataset.Buckets.BucketResoSteps).FirstOrDefault(s => Lost(dataset.Buckets with { BucketResoSteps = s }) < now / 2);
        return better == 0 || !dataset.Buckets.EnableBucket ? "" : Text($" Buckets in steps of {better} would lose {Lost(dataset.Buckets with { BucketResoSteps = better }):0%} instead of {now:0%}, where the model takes them.");
    }

    private static IEnumerable<DatasetFinding> Batches(LintContext context, List<(TrainingImage Image, BucketAssignment Bucket)> assigned)
    {
        var size = context.Dataset.BatchSize;
        if (size < 2 || assigned.Count == 0)
            yield break;
        var buckets = BucketedDataset.Create(Only(context.Dataset, [.. assigned.Select(a => a.Image)]), context.Config.Runtime.Compatibility).Buckets;
        var (samples, batches) = (buckets.Sum(b => b.SampleCount), buckets.Sum(b => b.BatchCount));
        if (batches == 0)
            yield break;
        var effective = (double)samples / batches;
        var partial = buckets.Count(b => b.SampleCount % size != 0);
        if (buckets.All(b => b.SampleCount < size))
            yield return new(DatasetFindingId.BatchTooLarge, FindingSeverity.Warning, FolderOf(context.Dataset),
                Text($"The batch size {size} is larger than each of {buckets.Count} buckets; the largest holds {buckets.Max(b => b.SampleCount)}. No batch is ever full."),
                Text($"Set -TrainBatchSize {Math.Max(1, buckets.Max(b => b.SampleCount))}, or raise the repeats.")) { Value = buckets.Max(b => b.SampleCount) };
        else if (effective < FullEnough * size)
            yield return new(DatasetFindingId.PartialBatches, FindingSeverity.Warning, FolderOf(context.Dataset),
                Text($"{partial} of {batches} batches are not full ({(double)partial / batches:0%}), since {buckets.Count} buckets share {samples} samples: a batch has {effective:0.0} pictures on average instead of {size}."),
                "Crop pictures to fewer aspect ratios, raise -BucketResoSteps or the repeats, or lower -TrainBatchSize.") { Value = effective };
    }

    private static TrainingDataset Only(TrainingDataset dataset, HashSet<TrainingImage> images) => new()
    {
        ImageFolder = dataset.ImageFolder,
        RegularizationFolder = dataset.RegularizationFolder,
        BatchSize = dataset.BatchSize,
        Buckets = dataset.Buckets,
        Subsets = [.. dataset.Subsets.Select(s => new DatasetSubset
        {
            Folder = s.Folder,
            Repeats = s.Repeats,
            ClassTokens = s.ClassTokens,
            IsRegularization = s.IsRegularization,
            Settings = s.Settings,
            CaptionExtension = s.CaptionExtension,
            Images = [.. s.Images.Where(images.Contains)],
        })],
    };

    private static string FolderOf(TrainingDataset dataset) => dataset.ImageFolder ?? dataset.Subsets[0].Folder;
}
