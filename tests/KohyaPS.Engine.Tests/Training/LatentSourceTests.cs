using KohyaPS.Datasets;
using KohyaPS.Engine.Caching;
using KohyaPS.Engine.Networks;
using KohyaPS.Engine.Training.Batches;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Tests.Training;

/// <summary>Latents from memory, from files and encoded anew are the same.</summary>
[Collection(nameof(SmallTraining))]
public sealed class LatentSourceTests : IDisposable
{
    private const long Seed = 7;
    private readonly SmallTraining small = new();

    public void Dispose() => small.Dispose();

    [Fact]
    public void Every_source_gives_the_same_latents_and_masks()
    {
        small.Picture("train/img/1_shs robot/d.png", 30, width: 90, height: 130, isHalfTransparent: true);
        var config = small.Config(("flip_aug", true), ("alpha_mask", true));
        using var models = LoadedModels.Load(config, float32, CPU, _ => { });
        var datasets = BucketedDataset.CreateAll(DatasetReader.Read(config, TestContext.Current.CancellationToken));
        var encoder = new PictureEncoder(models.Vae!, 1);
        using var fresh = new EncodedLatents(encoder, Seed, workers: 0);
        using var memory = new CachedLatents(Filled(new LatentMemory(), encoder, datasets), Seed);
        using var files = new CachedLatents(Filled(new LatentFiles(small.At("cache"), "a VAE", isTrusted: false), encoder, datasets), Seed);
        var planner = new EpochPlanner(datasets);
        var flipped = 0;
        for (var epoch = 1; epoch <= 3; epoch++)
            foreach (var batch in planner.Batches(Seed, epoch))
            {
                using var scope = NewDisposeScope();
                var want = fresh.Take(epoch, batch.Samples);
                foreach (var got in new[] { memory.Take(epoch, batch.Samples), files.Take(epoch, batch.Samples) })
                    for (var i = 0; i < want.Count; i++)
                        AssertSame($"epoch {epoch}, {batch.Samples[i].Image.Image.Name}, mirrored {want[i].IsFlipped}", want[i], got[i]);
                flipped += want.Count(w => w.IsFlipped);
            }
        Assert.InRange(flipped, 1, 11);
    }

    private static ILatentStore Filled(ILatentStore store, PictureEncoder encoder, IReadOnlyList<BucketedDataset> datasets)
    {
        new LatentFiller(encoder, 1, workers: 2).Fill([.. datasets.SelectMany(d => d.Images)], store, _ => { }, TestContext.Current.CancellationToken);
        return store;
    }

    private static void AssertSame(string what, SampleLatents want, SampleLatents got)
    {
        Assert.True(want.IsFlipped == got.IsFlipped, what);
        Assert.True(want.Mean.equal(got.Mean).all().item<bool>(), $"{what}: means differ by {(want.Mean - got.Mean).abs().max().item<float>()}");
        Assert.True(want.Deviation.equal(got.Deviation).all().item<bool>(), $"{what}: deviations differ");
        Assert.True(want.Mask!.equal(got.Mask!).all().item<bool>(), $"{what}: masks differ");
        Assert.Equal(want.Conditioning, got.Conditioning);
    }
}
