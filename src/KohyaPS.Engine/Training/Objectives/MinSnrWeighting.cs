using KohyaPS.Engine.Diffusion;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Objectives;

/// <summary>
/// Min-SNR-gamma weighting (Hang et al. 2023, arXiv 2303.09556): low-noise timesteps, which are easy and many, count less.
/// epsilon prediction: min(snr, gamma) / snr.   v prediction: min(snr, gamma) / (snr + 1).
/// </summary>
internal sealed class MinSnrWeighting(double gamma, PredictionType prediction) : ILossWeighting
{
    /// <inheritdoc/>
    public string Name => "min_snr_gamma";

    /// <inheritdoc/>
    public Tensor Weights(Tensor snr)
    {
        using var scope = NewDisposeScope();
        var capped = snr.clamp_max(gamma);
        return (prediction == PredictionType.Velocity ? capped / (snr + 1) : capped / snr).MoveToOuterDisposeScope();
    }
}
