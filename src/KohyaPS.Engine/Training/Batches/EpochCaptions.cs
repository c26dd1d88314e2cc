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

    /// <summary>The caption.</summary>
    /// <param name="sample">The picture and its place in the epoch.</param>
    /// <param name="epoch">From 1.</param>
    /// <param name="batchInEpoch">Index of its micro-batch, from 0.</param>
    public string Of(BatchSample sample, int epoch, int batchInEpoch)
    {
        var image = sample.Image.Image;
        var step = (epoch - 1) * length.StepsPerEpoch + batchInEpoch / accumulation;
        return Recipe(image).Make(image.Caption.Text, epoch, step, new SampleDraws(new RandomSource(seed, DrawPurpose.Caption, epoch, sample.Ordinal)));
    }

    /// <summary>The caption that a picture has in every epoch; null where it varies.</summary>
    public string? Fixed(TrainingImage image) =>
        Recipe(image) is { IsFixed: true } recipe ? recipe.Make(image.Caption.Text, 1, 0, new SampleDraws(new RandomSource(seed, DrawPurpose.Caption))) : null;

    private CaptionRecipe Recipe(TrainingImage image) =>
        recipes.TryGetValue(image.Subset, out var known) ? known : recipes[image.Subset] = new CaptionRecipe(image.Subset.Settings, TokenWarmup(image.Subset));

    // A subset may warm up for itself.
    private int TokenWarmup(DatasetSubset subset) => StepArithmetic.TokenWarmup(subset.Settings.TokenWarmupStep, length.TotalSteps);
}
