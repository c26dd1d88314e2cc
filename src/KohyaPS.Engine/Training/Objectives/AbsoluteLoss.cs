using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Objectives;

/// <summary>|d| (l1).</summary>
internal sealed class AbsoluteLoss : IElementLoss
{
    /// <inheritdoc/>
    public Tensor Loss(Tensor predicted, Tensor target, Tensor timesteps) => nn.functional.l1_loss(predicted, target, nn.Reduction.None);
}
