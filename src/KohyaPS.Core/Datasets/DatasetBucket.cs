namespace KohyaPS;

/// <summary>The pictures of a dataset that are trained at one size.</summary>
/// <param name="Size">The size.</param>
/// <param name="Images">The pictures, in the order of registration.</param>
/// <param name="BatchSize">Pictures in a batch.</param>
public sealed record DatasetBucket(ImageSize Size, IReadOnlyList<RegisteredImage> Images, int BatchSize)
{
    /// <summary>Samples in an epoch: pictures with their repeats.</summary>
    public long SampleCount { get; } = Images.Sum(image => image.Repeats);

    /// <summary>Batches in an epoch; the last one can be smaller.</summary>
    public long BatchCount => (SampleCount + BatchSize - 1) / BatchSize;

    /// <summary>Mean number of pictures in a batch.</summary>
    public double EffectiveBatchSize => BatchCount == 0 ? 0 : (double)SampleCount / BatchCount;
}
