using KohyaPS.Randomness;

namespace KohyaPS;

/// <summary>
/// The batches of each epoch, as a pure function of seed and epoch: within each bucket the samples are shuffled and cut into batches, then all batches are shuffled.
/// Partial batches are kept.
/// </summary>
public sealed class EpochPlanner
{
    // Sample keys of DrawPurpose.BatchOrder: 0 orders the batches, 1 + n the n-th bucket.
    private const int BatchOrderKey = 0;
    private const int FirstBucketKey = 1;

    /// <param name="datasets">The datasets of a training, their pictures numbered through.</param>
    public EpochPlanner(IReadOnlyList<BucketedDataset> datasets)
    {
        ArgumentNullException.ThrowIfNull(datasets);
        Datasets = datasets;
        BatchesPerEpoch = checked((int)datasets.Sum(dataset => dataset.BatchCount));
        SamplesPerEpoch = checked((int)datasets.SelectMany(dataset => dataset.Buckets).Sum(bucket => bucket.SampleCount));
    }

    /// <summary>The datasets of the training.</summary>
    public IReadOnlyList<BucketedDataset> Datasets { get; }

    /// <summary>Batches in an epoch, over all datasets.</summary>
    public int BatchesPerEpoch { get; }

    /// <summary>Samples in an epoch: uses of pictures.</summary>
    public int SamplesPerEpoch { get; }

    /// <summary>The batches of an epoch, in the order of training.</summary>
    /// <param name="seed">The training's seed.</param>
    /// <param name="epoch">The epoch, counted from 1.</param>
    public IReadOnlyList<TrainingBatch> Batches(long seed, int epoch)
    {
        var groups = new List<(int Dataset, ImageSize Bucket, RegisteredImage[] Images)>(BatchesPerEpoch);
        var bucketKey = FirstBucketKey;
        for (var dataset = 0; dataset < Datasets.Count; dataset++)
            foreach (var bucket in Datasets[dataset].Buckets)
            {
                var samples = Samples(bucket);
                new RandomSource(seed, DrawPurpose.BatchOrder, epoch, bucketKey++).Shuffle(samples);
                foreach (var images in samples.Chunk(bucket.BatchSize))
                    groups.Add((dataset, bucket.Size, images));
            }
        new RandomSource(seed, DrawPurpose.BatchOrder, epoch, BatchOrderKey).Shuffle(groups);
        return Number(groups);
    }

    private static RegisteredImage[] Samples(DatasetBucket bucket)
    {
        var samples = new RegisteredImage[bucket.SampleCount];
        var at = 0;
        foreach (var image in bucket.Images)
        {
            samples.AsSpan(at, (int)image.Repeats).Fill(image);
            at += (int)image.Repeats;
        }
        return samples;
    }

    private static TrainingBatch[] Number(List<(int Dataset, ImageSize Bucket, RegisteredImage[] Images)> groups)
    {
        var batches = new TrainingBatch[groups.Count];
        var ordinal = 0;
        for (var i = 0; i < batches.Length; i++)
        {
            var (dataset, bucket, images) = groups[i];
            var samples = new BatchSample[images.Length];
            for (var k = 0; k < samples.Length; k++)
                samples[k] = new(images[k], ordinal++);
            batches[i] = new(i, dataset, bucket, samples);
        }
        return batches;
    }
}
