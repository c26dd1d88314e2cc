namespace KohyaPS.Core.Tests.Datasets;

public sealed class EpochPlannerTests
{
    private static EpochPlanner Planner(int batchSize, params (int Count, long Repeats, int Width, int Height)[] subsets)
    {
        var made = subsets.Select((s, index) =>
        {
            var subset = new DatasetSubset { Folder = $"/{index}", Repeats = s.Repeats };
            subset.Images = [.. Enumerable.Range(0, s.Count).Select(i => new TrainingImage($"/{index}/{i}.png", subset, new(s.Width, s.Height), new("", CaptionSource.None)))];
            return subset;
        }).ToList();
        return new([BucketedDataset.Create(new() { Subsets = made, BatchSize = batchSize, Buckets = new() { BucketNoUpscale = false } })]);
    }

    // ceil(70 / 4) + ceil(40 / 4) + ceil(10 / 4)
    [Fact]
    public void Partial_batches_of_each_bucket_count() => Assert.Equal(31, Planner(4, (7, 10, 512, 512), (4, 10, 512, 768), (1, 10, 768, 512)).BatchesPerEpoch);

    [Fact]
    public void An_epoch_depends_on_seed_and_number_alone()
    {
        var planner = Planner(2, (5, 3, 512, 512), (3, 2, 512, 768));
        string Order(long seed, int epoch) => string.Join(' ', planner.Batches(seed, epoch).SelectMany(b => b.Samples).Select(s => s.Image.Index));
        var first = Order(1, 2);
        _ = Order(1, 1);
        Assert.Equal(first, Order(1, 2));
        Assert.NotEqual(first, Order(1, 3));
        Assert.NotEqual(first, Order(2, 2));
    }

    [Fact]
    public void Samples_are_numbered_through_an_epoch()
    {
        var planner = Planner(3, (5, 3, 512, 512), (3, 2, 512, 768));
        Assert.Equal(Enumerable.Range(0, 21), planner.Batches(1, 1).SelectMany(b => b.Samples).Select(s => s.Ordinal));
    }

    [Fact]
    public void Absurd_repeats_are_refused()
    {
        var refusal = Assert.Throws<DatasetException>(() => Planner(1, (1, 99_999_999_999, 512, 512)));
        Assert.Contains("repeats", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_picture_too_narrow_for_its_bucket_is_named()
    {
        var subset = new DatasetSubset { Folder = "/x" };
        subset.Images = [new("/x/thin.png", subset, new(3, 500), new("", CaptionSource.None))];
        var refusal = Assert.Throws<DatasetException>(() => BucketedDataset.Create(new() { Subsets = [subset], Buckets = new() { BucketNoUpscale = true } }));
        Assert.Contains("/x/thin.png", refusal.Message, StringComparison.Ordinal);
    }
}
