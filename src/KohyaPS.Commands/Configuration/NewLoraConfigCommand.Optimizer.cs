using System.Management.Automation;

namespace KohyaPS.Commands;

public sealed partial class NewLoraConfigCommand
{
    /// <inheritdoc cref="OptimizerSettings.OptimizerType"/>
    [Parameter]
    [Alias("optimizer_type", "Optimizer")]
    [ChoiceTransformation(typeof(OptimizerType))]
    public OptimizerType OptimizerType { get; set; }

    /// <inheritdoc cref="OptimizerSettings.OptimizerClass"/>
    [Parameter]
    [Alias("optimizer_class")]
    public string? OptimizerClass { get; set; }

    /// <inheritdoc cref="OptimizerSettings.OptimizerArgs"/>
    [Parameter]
    [Alias("optimizer_args")]
    [NamedValuesTransformation]
    public string[]? OptimizerArgs { get; set; }

    /// <inheritdoc cref="OptimizerSettings.LearningRate"/>
    [Parameter]
    [Alias("learning_rate", "Lr")]
    public double LearningRate { get; set; }

    /// <inheritdoc cref="OptimizerSettings.UnetLr"/>
    [Parameter]
    [Alias("unet_lr")]
    public double? UnetLr { get; set; }

    /// <inheritdoc cref="OptimizerSettings.TextEncoderLr"/>
    [Parameter]
    [Alias("text_encoder_lr")]
    public double? TextEncoderLr { get; set; }

    /// <inheritdoc cref="OptimizerSettings.MaxGradNorm"/>
    [Parameter]
    [Alias("max_grad_norm")]
    public double MaxGradNorm { get; set; }

    /// <inheritdoc cref="OptimizerSettings.LoraplusLrRatio"/>
    [Parameter]
    [Alias("loraplus_lr_ratio")]
    public double? LoraplusLrRatio { get; set; }

    /// <inheritdoc cref="OptimizerSettings.LoraplusUnetLrRatio"/>
    [Parameter]
    [Alias("loraplus_unet_lr_ratio")]
    public double? LoraplusUnetLrRatio { get; set; }

    /// <inheritdoc cref="OptimizerSettings.LoraplusTextEncoderLrRatio"/>
    [Parameter]
    [Alias("loraplus_text_encoder_lr_ratio")]
    public double? LoraplusTextEncoderLrRatio { get; set; }
}
