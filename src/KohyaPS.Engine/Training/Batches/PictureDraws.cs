using KohyaPS.Datasets;
using KohyaPS.Randomness;

namespace KohyaPS.Engine.Training.Batches;

/// <summary>The random numbers by which the pictures of a training are varied, a function of seed, epoch and the sample's place in it.</summary>
internal static class PictureDraws
{
    // No index of a picture reaches it.
    private const long FlippedKey = 1L << 40;

    /// <summary>The numbers of one sample.</summary>
    public static ISampleDraws Of(long seed, int epoch, BatchSample sample) =>
        new SampleDraws(new RandomSource(seed, DrawPurpose.Augmentation, epoch, sample.Ordinal));

    /// <summary>The key of the noise by which latents are drawn: a picture's index; the mirrored picture has noise of its own.</summary>
    public static long NoiseKey(RegisteredImage image, bool isFlipped) => image.Index + (isFlipped ? FlippedKey : 0);
}
