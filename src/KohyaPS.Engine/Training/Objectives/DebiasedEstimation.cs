using KohyaPS.Engine.Diffusion;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Objectives;

/// <summary>
/// Debiased estimation (Yu et al. 2023, arXiv 2310.08442), snr capped at 1000.
/// epsilon prediction: 1 / sqrt(snr).   v prediction: 1 / (snr + 1).
/// </summary>
internal sealed class DebiasedEstimation(PredictionType prediction) : ILossWeighting
{
    /// <inheritdoc/>
    public string Name => "debiased_estimation_loss";

    /// <inheritdoc/>
    public Tensor Weights(Tensor snr)
    {
        using var scope = NewDisposeScope();
        var capped = snr.clamp_max(VelocityScaling.MaxSnr);
        return (prediction == PredictionType.Velocity ? 1 / (capped + 1) : capped.rsqrt()).MoveToOuterDisposeScope();
    }
}
