using KohyaPS.Engine.Imaging;

namespace KohyaPS.Engine.Training.Batches;

/// <summary>Latents of pictures that are read, varied and encoded each time they are drawn.</summary>
/// <param name="encoder">The encoder.</param>
/// <param name="seed">The training's seed.</param>
/// <param name="workers">How many pictures are read in the background at a time.</param>
internal sealed class EncodedLatents(PictureEncoder encoder, long seed, int workers) : ILatentSource
{
    private readonly Prefetcher<(int Epoch, int Ordinal), LoadedSample> pictures = new(workers);

    /// <inheritdoc/>
    public void Expect(int epoch, IReadOnlyList<BatchSample> samples)
    {
        foreach (var sample in samples)
            pictures.Expect((epoch, sample.Ordinal), () => Load(epoch, sample));
    }

    /// <inheritdoc/>
    public IReadOnlyList<SampleLatents> Take(int epoch, IReadOnlyList<BatchSample> samples)
    {
        var loaded = new List<(LoadedSample Sample, string Path)>();
        try
        {
            foreach (var sample in samples)
                loaded.Add((pictures.Take((epoch, sample.Ordinal), () => Load(epoch, sample)), sample.Image.Image.Path));
            return [.. encoder.Encode(loaded).Zip(loaded, (latents, picture) =>
                new SampleLatents(latents.Mean, latents.Deviation, PictureEncoder.Fit(PictureEncoder.MaskOf(picture.Sample), latents), picture.Sample.IsFlipped, picture.Sample.Conditioning))];
        }
        finally
        {
            loaded.ForEach(picture => picture.Sample.Dispose());
        }
    }

    /// <inheritdoc/>
    public void Dispose() => pictures.Dispose();

    private LoadedSample Load(int epoch, BatchSample sample) => ImageLoader.LoadSample(sample.Image, PictureDraws.Of(seed, epoch, sample));
}
