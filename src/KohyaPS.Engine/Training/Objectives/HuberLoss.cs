using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Objectives;

/// <summary>
/// Pseudo-Huber losses with a threshold that depends on the timestep (Khrapov et al. 2024, arXiv 2403.16728). Small differences count like their square, large ones like their size.
/// huber: 2 c (sqrt(d^2 + c^2) - c).   smooth_l1: 2 (sqrt(d^2 + c^2) - c).
/// </summary>
/// <param name="threshold">The threshold c.</param>
/// <param name="isSmoothL1">Without the factor c.</param>
internal sealed class HuberLoss(HuberThreshold threshold, bool isSmoothL1) : IElementLoss
{
    /// <inheritdoc/>
    public Tensor Loss(Tensor predicted, Tensor target, Tensor timesteps)
    {
        using var scope = NewDisposeScope();
        var c = threshold.At(timesteps).view(-1, 1, 1, 1);
        var distance = ((predicted - target).pow(2) + c.pow(2)).sqrt() - c;
        return (isSmoothL1 ? 2 * distance : 2 * c * distance).MoveToOuterDisposeScope();
    }
}
