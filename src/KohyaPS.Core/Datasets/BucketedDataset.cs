using System.Globalization;

namespace KohyaPS;

/// <summary>A dataset made ready for training: each picture has its repeats and its bucket.</summary>
public sealed class BucketedDataset
{
    private const long MaxSamples = 100_000_000;

    private BucketedDataset(TrainingDataset dataset, IReadOnlyList<RegisteredImage> images)
    {
        Dataset = dataset;
        Images = images;
        Buckets = [.. images.GroupBy(image => image.Assignment.Bucket).OrderBy(bucket => bucket.Key)
            .Select(bucket => new DatasetBucket(bucket.Key, [.. bucket], dataset.BatchSize))];
    }

    /// <summary>The dataset as read.</summary>
    public TrainingDataset Dataset { get; }

    /// <summary>The pictures that take part: first those to train, then as many regularisation pictures as are needed.</summary>
    public IReadOnlyList<RegisteredImage> Images { get; }

    /// <summary>The buckets that hold pictures, ordered by size.</summary>
    public IReadOnlyList<DatasetBucket> Buckets { get; }

    /// <summary>Batches in an epoch.</summary>
    public long BatchCount => Buckets.Sum(bucket => bucket.BatchCount);

    /// <summary>Pictures times repeats of the training pictures.</summary>
    public long TrainSampleCount => Dataset.RepeatedImageCount;

    /// <summary>Pictures times repeats of the regularisation pictures, before they are balanced.</summary>
    public long RegularizationSampleCount => Dataset.Subsets.Where(s => s.IsRegularization).Sum(s => s.Images.Count * s.Repeats);

    /// <summary>Registers the pictures of a dataset.</summary>
    /// <param name="dataset">The dataset as read.</param>
    /// <param name="compatibility">Which rule makes the bucket list.</param>
    /// <param name="firstIndex">Index of its first picture, where a training has several datasets.</param>
    /// <exception cref="DatasetException">A picture or caption cannot be used, or the bucket settings contradict each other.</exception>
    public static BucketedDataset Create(TrainingDataset dataset, Compatibility compatibility = Compatibility.None, int firstIndex = 0)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        RefuseFaults(dataset);
        if (dataset.BatchSize < 1)
            throw new DatasetException("The batch size is less than 1. Set -TrainBatchSize 1 or more.");
        var planner = new BucketPlanner(dataset.Buckets, compatibility);
        var images = new List<RegisteredImage>();
        void Register(TrainingImage image, long repeats) => images.Add(new(firstIndex + images.Count, image, repeats, Assign(planner, image), dataset.Buckets.EnableBucket));

        foreach (var subset in dataset.Subsets.Where(s => !s.IsRegularization))
            foreach (var image in subset.Images)
                Register(image, subset.Repeats);
        var wanted = dataset.RepeatedImageCount;
        RefuseTooMany(wanted);
        var regularization = dataset.Subsets.Where(s => s.IsRegularization).SelectMany(s => s.Images).ToList();
        var repeats = RegularizationBalance.Repeats([.. regularization.Select(image => image.Subset.Repeats)], wanted);
        RefuseTooMany(repeats.Sum());
        for (var i = 0; i < repeats.Length; i++)
            if (repeats[i] > 0)
                Register(regularization[i], repeats[i]);
        return new(dataset, images);
    }

    /// <summary>Registers the pictures of all datasets of a training, numbered through.</summary>
    /// <inheritdoc cref="Create(TrainingDataset, Compatibility, int)"/>
    public static IReadOnlyList<BucketedDataset> CreateAll(IEnumerable<TrainingDataset> datasets, Compatibility compatibility = Compatibility.None)
    {
        ArgumentNullException.ThrowIfNull(datasets);
        var all = new List<BucketedDataset>();
        foreach (var dataset in datasets)
            all.Add(Create(dataset, compatibility, all.Sum(d => d.Images.Count)));
        return all;
    }

    /// <summary>Registers what can be used and names the rest, to look at a dataset that may not be trainable yet. Regularisation pictures keep their own repeats.</summary>
    /// <param name="dataset">The dataset as read.</param>
    /// <param name="compatibility">Which rule makes the bucket list.</param>
    /// <param name="refused">Told of each picture that has a fault or fits no bucket, and why.</param>
    /// <exception cref="DatasetException">The bucket settings contradict each other.</exception>
    public static BucketedDataset CreateUsable(TrainingDataset dataset, Compatibility compatibility, Action<TrainingImage, DatasetException> refused)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(refused);
        var planner = new BucketPlanner(dataset.Buckets, compatibility);
        var images = new List<RegisteredImage>();
        foreach (var image in dataset.Images)
        {
            try
            {
                if (image.Fault is { } fault)
                    throw new DatasetException(fault);
                images.Add(new(images.Count, image, image.Subset.Repeats, Assign(planner, image), dataset.Buckets.EnableBucket));
            }
            catch (DatasetException reason)
            {
                refused(image, reason);
            }
        }
        return new(dataset, images);
    }

    private static BucketAssignment Assign(BucketPlanner planner, TrainingImage image)
    {
        try
        {
            return planner.Assign(image.Size);
        }
        catch (DatasetException fault)
        {
            throw new DatasetException($"'{image.Path}': {fault.Message}", fault);
        }
    }

    private static void RefuseFaults(TrainingDataset dataset)
    {
        if (dataset.Images.Any(image => image.Fault is not null || image.Caption.Fault is not null))
            dataset.EnsureTrainable();
    }

    private static void RefuseTooMany(long samples)
    {
        if (samples > MaxSamples)
            throw new DatasetException(string.Create(CultureInfo.InvariantCulture,
                $"An epoch would have {samples} samples, more than {MaxSamples}. Lower the repeats: the numbers in front of the folder names."));
    }
}
