using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Objectives;

/// <summary>d^2, the loss of the diffusion papers (l2).</summary>
internal sealed class SquaredLoss : IElementLoss
{
    /// <inheritdoc/>
    public Tensor Loss(Tensor predicted, Tensor target, Tensor timesteps) => nn.functional.mse_loss(predicted, target, nn.Reduction.None);
}
