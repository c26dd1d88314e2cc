namespace KohyaPS;

/// <summary>What the training minimises.</summary>
public sealed record ObjectiveSettings : SettingGroup
{
    /// <summary>Factor on the loss of regularisation pictures.</summary>
    [Setting(Gui = "prior_loss_weight", Minimum = 0)]
    public double PriorLossWeight { get; init; } = 1;

    /// <summary>Min-SNR weighting of the loss; 5 is usual.</summary>
    [Setting(Gui = "min_snr_gamma", Minimum = 0)]
    public double? MinSnrGamma { get; init; }

    /// <summary>Weight a v-prediction loss like a noise-prediction loss.</summary>
    [Setting(Gui = "scale_v_pred_loss_like_noise_pred")]
    public bool ScaleVPredLossLikeNoisePred { get; init; }

    /// <summary>Strength of a v-prediction-like term added to the noise loss.</summary>
    [Setting(Gui = "v_pred_like_loss", Minimum = 0, Maximum = 1)]
    public double? VPredLikeLoss { get; init; }

    /// <summary>Weight the loss by 1 / sqrt(SNR).</summary>
    [Setting]
    public bool DebiasedEstimationLoss { get; init; }

    /// <summary>Loss of one value.</summary>
    [Setting]
    public LossType LossType { get; init; }

    /// <summary>How the Huber threshold depends on the timestep.</summary>
    [Setting]
    public HuberSchedule HuberSchedule { get; init; }

    /// <summary>Huber threshold.</summary>
    [Setting(Minimum = 0)]
    public double HuberC { get; init; } = 0.1;

    /// <summary>Factor on the Huber threshold.</summary>
    [Setting(Minimum = 0)]
    public double HuberScale { get; init; } = 1;

    /// <summary>Multiply the loss by a mask picture.</summary>
    [Setting]
    public bool MaskedLoss { get; init; }

    /// <summary>Use the alpha channel of pictures as mask.</summary>
    [Setting]
    public bool AlphaMask { get; init; }
}
