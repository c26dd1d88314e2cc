namespace KohyaPS.Engine.Training;

/// <summary>How the loop turns gradients into updates.</summary>
/// <param name="Accumulation">Micro-batches in an update.</param>
/// <param name="MaxGradientNorm">Gradients are scaled down to this norm; 0 never.</param>
internal sealed record LoopOptions(int Accumulation, double MaxGradientNorm);
