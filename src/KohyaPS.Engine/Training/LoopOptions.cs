namespace KohyaPS.Engine.Training;

/// <summary>How the loop turns gradients into updates.</summary>
/// <param name="Accumulation">Micro-batches in an update.</param>
/// <param name="MaxGradientNorm">Gradients are scaled down to this norm; 0 never.</param>
/// <param name="MaxWeightNorm">Each adapter's weight change is scaled down to this norm after every micro-batch; null never.</param>
/// <param name="ScalesLoss">True where gradients are computed in float16, whose range needs dynamic loss scaling.</param>
internal sealed record LoopOptions(int Accumulation, double MaxGradientNorm, double? MaxWeightNorm = null, bool ScalesLoss = false);
