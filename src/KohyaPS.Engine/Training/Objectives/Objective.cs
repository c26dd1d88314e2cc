using KohyaPS.Engine.Diffusion;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Objectives;

/// <summary>
/// What a training minimises: the target of the prediction, the loss of each value, and factors on the loss of each sample, multiplied in order.
/// Knows no config and no model; every type it is made of is pure.
/// </summary>
/// <param name="schedule">The noise schedule of the training.</param>
/// <param name="prediction">What the model predicts.</param>
/// <param name="elementLoss">Loss of one value.</param>
/// <param name="weightings">Factors by timestep, in the order they multiply.</param>
internal sealed class Objective(NoiseSchedule schedule, PredictionType prediction, IElementLoss elementLoss, IReadOnlyList<ILossWeighting> weightings)
{
    /// <summary>What the model predicts.</summary>
    public PredictionType Prediction => prediction;

    /// <summary>The factors by timestep, in the order they multiply.</summary>
    public IReadOnlyList<ILossWeighting> Weightings => weightings;

    /// <summary>What the model should predict.</summary>
    /// <param name="latents">[B, C, h, w] scaled latents.</param>
    /// <param name="noise">[B, C, h, w] noise without input perturbation.</param>
    /// <param name="timesteps">[B] int64.</param>
    public Tensor Target(Tensor latents, Tensor noise, Tensor timesteps) =>
        prediction == PredictionType.Velocity ? schedule.Velocity(latents, noise, timesteps) : noise.alias();

    /// <summary>Replaces the target of some samples by what the model predicts without the network, so that the network learns to leave them alone (diff_output_preservation).</summary>
    /// <param name="target">[B, C, h, w]</param>
    /// <param name="places">[n] int64 places of those samples in the batch.</param>
    /// <param name="predictedWithoutNetwork">[n, C, h, w] of those samples.</param>
    public static Tensor PreserveOutput(Tensor target, Tensor places, Tensor predictedWithoutNetwork) => target.index_copy(0, places, predictedWithoutNetwork.to(target.dtype));

    /// <summary>The loss of each value, before masks and weights.</summary>
    /// <returns>[B, C, h, w] float32</returns>
    public Tensor Elements(Tensor predicted, Tensor target, Tensor timesteps)
    {
        using var scope = NewDisposeScope();
        // float32: squares overflow in fp16 and lose their small parts in bf16.
        return elementLoss.Loss(predicted.to(ScalarType.Float32), target.to(ScalarType.Float32), timesteps).MoveToOuterDisposeScope();
    }

    /// <summary>The loss of each sample: the mean over its values, times its weight, times the factors of its timestep.</summary>
    /// <param name="elements">[B, C, h, w] what <see cref="Elements"/> gives.</param>
    /// <param name="timesteps">[B] int64.</param>
    /// <param name="sampleWeights">[B] float32: 1, or the prior loss weight of a regularisation picture.</param>
    /// <param name="masks">[B, H, W] in 0..1, how much each place counts; null counts all.</param>
    /// <returns>[B]</returns>
    public Tensor PerSample(Tensor elements, Tensor timesteps, Tensor sampleWeights, Tensor? masks = null)
    {
        using var scope = NewDisposeScope();
        var counted = masks is null ? elements : elements * LossMask.Fit(masks, elements.size(2), elements.size(3));
        var loss = counted.mean([1, 2, 3]) * sampleWeights; // [B]
        if (weightings.Count > 0)
        {
            var snr = schedule.Snr(timesteps);
            foreach (var weighting in weightings)
                loss *= weighting.Weights(snr);
        }
        return loss.MoveToOuterDisposeScope();
    }

    /// <summary>The loss of a batch: the mean of its samples, still attached to the graph.</summary>
    /// <returns>Scalar float32.</returns>
    /// <inheritdoc cref="PerSample"/>
    public Tensor Loss(Tensor predicted, Tensor target, Tensor timesteps, Tensor sampleWeights, Tensor? masks = null)
    {
        using var scope = NewDisposeScope();
        return PerSample(Elements(predicted, target, timesteps), timesteps, sampleWeights, masks).mean().MoveToOuterDisposeScope();
    }
}
