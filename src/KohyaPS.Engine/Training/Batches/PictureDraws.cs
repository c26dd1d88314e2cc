using KohyaPS.Datasets;
using KohyaPS.Randomness;

namespace KohyaPS.Engine.Training.Batches;

/// <summary>The random numbers by which the pictures of a training are varied, a function of seed, epoch and the sample's place in it.</summary>
internal static class PictureDraws
{
    private const double FlippedShare = 0.5;

    /// <summary>The numbers of one sample; the first one says whether it is mirrored, where the subset mirrors.</summary>
    public static ISampleDraws Of(long seed, int epoch, BatchSample sample) =>
        new SampleDraws(new RandomSource(seed, DrawPurpose.Augmentation, epoch, sample.Ordinal));

    /// <summary>Whether a sample of cached latents is mirrored: the coin that <see cref="Imaging.ImageLoader"/> would draw first.</summary>
    public static bool IsFlipped(ISampleDraws draws, SubsetSettings settings) => settings.FlipAug && draws.Next() < FlippedShare;
}
