using KohyaPS.Datasets;
using KohyaPS.Randomness;

namespace KohyaPS.Engine.Training.Batches;

/// <summary>The caption that each sample of an epoch is trained with: a pure function of seed, epoch and the sample's place.</summary>
/// <param name="seed">The training's seed.</param>
/// <param name="length">Steps of an epoch and of the token warm-up.</param>
/// <param name="accumulation">Micro-batches in an update.</param>
internal sealed class EpochCaptions(long seed, TrainingLength length, int accumulation)
{
    private readonly Dictionary<DatasetSubset, CaptionRecipe> recipes = [];

    /// <summary>True where a picture has the same caption in every epoch.</summary>
    public static bool IsFixed(RegisteredImage image, TrainingLength length) => Recipe(image, length).IsFixed;

    /// <summary>The caption of a picture that has the same one in every epoch.</summary>
    public static string Fixed(RegisteredImage image, TrainingLength length) =>
        Recipe(image, length).Make(image.Image.Caption.Text, epoch: 1, step: 0, new SampleDraws(new RandomSource(0, DrawPurpose.Caption, 1, 0)));

    /// <summary>The caption.</summary>
    /// <param name="sample">The picture and its place in the epoch.</param>
    /// <param name="epoch">From 1.</param>
    /// <param name="batchInEpoch">Index of its micro-batch, from 0.</param>
    public string Of(BatchSample sample, int epoch, int batchInEpoch)
    {
        var image = sample.Image.Image;
        if (!recipes.TryGetValue(image.Subset, out var recipe))
            recipes[image.Subset] = recipe = Recipe(sample.Image, length);
        var step = (epoch - 1) * length.StepsPerEpoch + batchInEpoch / accumulation;
        return recipe.Make(image.Caption.Text, epoch, step, new SampleDraws(new RandomSource(seed, DrawPurpose.Caption, epoch, sample.Ordinal)));
    }

    private static CaptionRecipe Recipe(RegisteredImage image, TrainingLength length) => new(image.Image.Subset.Settings, length.TokenWarmupSteps);
}
