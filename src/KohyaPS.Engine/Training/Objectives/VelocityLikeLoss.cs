using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Objectives;

/// <summary>Adds to the loss of a noise prediction a share of what a v prediction would have counted: 1 + share / (snr / (snr + 1)) (v_pred_like_loss).</summary>
internal sealed class VelocityLikeLoss(double share) : ILossWeighting
{
    /// <inheritdoc/>
    public string Name => "v_pred_like_loss";

    /// <inheritdoc/>
    public Tensor Weights(Tensor snr)
    {
        using var scope = NewDisposeScope();
        return (1 + share / VelocityScaling.Scale(snr)).MoveToOuterDisposeScope();
    }
}
