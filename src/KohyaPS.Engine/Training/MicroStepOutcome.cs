namespace KohyaPS.Engine.Training;

/// <summary>What one micro-batch brought.</summary>
/// <param name="Epoch">Its epoch, from 1.</param>
/// <param name="BatchInEpoch">Its place in the epoch, from 0.</param>
/// <param name="Loss">Its loss, not divided by the accumulation.</param>
/// <param name="Updated">True when an optimizer update followed.</param>
/// <param name="GradientNorm">Norm of all gradients before clipping; NaN without an update.</param>
/// <param name="LearningRates">The rate of each group in the update; empty without one.</param>
/// <param name="EffectiveRates">The step size that the optimizer made of each rate; empty without an update.</param>
/// <param name="WeightNorms">What limiting the adapters' norms found and did; null without a limit.</param>
internal sealed record MicroStepOutcome(
    int Epoch,
    int BatchInEpoch,
    double Loss,
    bool Updated,
    double GradientNorm,
    IReadOnlyList<KeyValuePair<string, double>> LearningRates,
    IReadOnlyList<KeyValuePair<string, double>> EffectiveRates,
    AdapterNorms? WeightNorms);
