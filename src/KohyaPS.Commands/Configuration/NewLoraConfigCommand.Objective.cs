using System.Management.Automation;

namespace KohyaPS.Commands;

public sealed partial class NewLoraConfigCommand
{
    /// <inheritdoc cref="ObjectiveSettings.PriorLossWeight"/>
    [Parameter]
    [Alias("prior_loss_weight")]
    public double PriorLossWeight { get; set; }

    /// <inheritdoc cref="ObjectiveSettings.MinSnrGamma"/>
    [Parameter]
    [Alias("min_snr_gamma")]
    public double? MinSnrGamma { get; set; }

    /// <inheritdoc cref="ObjectiveSettings.ScaleVPredLossLikeNoisePred"/>
    [Parameter]
    [Alias("scale_v_pred_loss_like_noise_pred")]
    public SwitchParameter ScaleVPredLossLikeNoisePred { get; set; }

    /// <inheritdoc cref="ObjectiveSettings.VPredLikeLoss"/>
    [Parameter]
    [Alias("v_pred_like_loss")]
    public double? VPredLikeLoss { get; set; }

    /// <inheritdoc cref="ObjectiveSettings.DebiasedEstimationLoss"/>
    [Parameter]
    [Alias("debiased_estimation_loss")]
    public SwitchParameter DebiasedEstimationLoss { get; set; }

    /// <inheritdoc cref="ObjectiveSettings.LossType"/>
    [Parameter]
    [Alias("loss_type")]
    [ChoiceTransformation(typeof(LossType))]
    public LossType LossType { get; set; }

    /// <inheritdoc cref="ObjectiveSettings.HuberSchedule"/>
    [Parameter]
    [Alias("huber_schedule")]
    [ChoiceTransformation(typeof(HuberSchedule))]
    public HuberSchedule HuberSchedule { get; set; }

    /// <inheritdoc cref="ObjectiveSettings.HuberC"/>
    [Parameter]
    [Alias("huber_c")]
    public double HuberC { get; set; }

    /// <inheritdoc cref="ObjectiveSettings.HuberScale"/>
    [Parameter]
    [Alias("huber_scale")]
    public double HuberScale { get; set; }

    /// <inheritdoc cref="ObjectiveSettings.MaskedLoss"/>
    [Parameter]
    [Alias("masked_loss")]
    public SwitchParameter MaskedLoss { get; set; }

    /// <inheritdoc cref="ObjectiveSettings.AlphaMask"/>
    [Parameter]
    [Alias("alpha_mask")]
    public SwitchParameter AlphaMask { get; set; }
}
