using KohyaPS.Engine.Caching;
using KohyaPS.Engine.Imaging;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Batches;

/// <summary>Encodes the pictures of a training into a store before the first step.</summary>
/// <param name="encoder">The encoder.</param>
/// <param name="vaeBatchSize">Pictures in a pass.</param>
/// <param name="workers">How many pictures are read in the background at a time.</param>
internal sealed class LatentFiller(PictureEncoder encoder, int vaeBatchSize, int workers)
{
    /// <summary>Encodes what the store does not hold.</summary>
    /// <param name="images">The pictures.</param>
    /// <param name="store">Takes the latents.</param>
    /// <param name="progress">Told how many are done.</param>
    /// <param name="stop">Ends the work early; what is stored stays.</param>
    /// <returns>Files that were there and could not be used: damaged, or made from something else.</returns>
    public IReadOnlyList<string> Fill(IReadOnlyList<RegisteredImage> images, ILatentStore store, Action<int> progress, CancellationToken stop)
    {
        using var pictures = new Prefetcher<int, LoadedSample>(workers);
        var missing = images.Where(image => !store.Contains(image)).ToList();
        var replaced = missing.Select(store.FileOf).OfType<string>().Distinct().ToList();
        var groups = Groups(missing, vaeBatchSize);
        var done = images.Count - groups.Sum(g => g.Count);
        for (var i = 0; i < groups.Count; i++)
        {
            stop.ThrowIfCancellationRequested();
            progress(done);
            foreach (var image in groups.Skip(i).Take(workers + 1).SelectMany(g => g))
                pictures.Expect(image.Index, () => ImageLoader.LoadSample(image, draws: null));
            Encode(groups[i], pictures, store);
            done += groups[i].Count;
        }
        progress(done);
        return replaced;
    }

    /// <summary>The pictures of each pass: in order of the area of their buckets, neighbours of one bucket and the same options together.</summary>
    public static IReadOnlyList<IReadOnlyList<RegisteredImage>> Groups(IReadOnlyList<RegisteredImage> images, int vaeBatchSize)
    {
        var groups = new List<List<RegisteredImage>>();
        foreach (var image in images.OrderBy(image => image.Assignment.Bucket.Area))
        {
            if (groups is [.., var last] && last.Count < Math.Max(1, vaeBatchSize) && Kind(last[0]) == Kind(image))
                last.Add(image);
            else
                groups.Add([image]);
        }
        return groups;
    }

    private static (ImageSize, bool, bool, bool) Kind(RegisteredImage image)
    {
        var settings = image.Image.Subset.Settings;
        return (image.Assignment.Bucket, settings.FlipAug, settings.AlphaMask, settings.RandomCrop);
    }

    private void Encode(IReadOnlyList<RegisteredImage> group, Prefetcher<int, LoadedSample> pictures, ILatentStore store)
    {
        using var scope = NewDisposeScope();
        var loaded = new List<(LoadedSample Sample, string Path)>();
        try
        {
            foreach (var image in group)
                loaded.Add((pictures.Take(image.Index, () => ImageLoader.LoadSample(image, draws: null)), image.Image.Path));
            var plain = encoder.Encode(loaded);
            var flipped = group[0].Image.Subset.Settings.FlipAug ? encoder.Encode(loaded, isFlipped: true) : null;
            for (var i = 0; i < group.Count; i++)
                store.Write(group[i], new(plain[i], flipped?[i], PictureEncoder.MaskOf(loaded[i].Sample)));
        }
        finally
        {
            loaded.ForEach(picture => picture.Sample.Dispose());
        }
    }
}
