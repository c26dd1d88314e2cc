using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Objectives;

/// <summary>Weighs the loss of a v prediction like that of a noise prediction: snr / (snr + 1), snr capped at 1000 (scale_v_pred_loss_like_noise_pred).</summary>
internal sealed class VelocityScaling : ILossWeighting
{
    /// <summary>Cap that keeps the nearly noiseless first timestep from ruling, as in the trainers.</summary>
    internal const double MaxSnr = 1000;

    /// <inheritdoc/>
    public string Name => "scale_v_pred_loss_like_noise_pred";

    /// <inheritdoc/>
    public Tensor Weights(Tensor snr) => Scale(snr);

    /// <summary>[B] snr / (snr + 1).</summary>
    internal static Tensor Scale(Tensor snr)
    {
        using var scope = NewDisposeScope();
        var capped = snr.clamp_max(MaxSnr);
        return (capped / (capped + 1)).MoveToOuterDisposeScope();
    }
}
