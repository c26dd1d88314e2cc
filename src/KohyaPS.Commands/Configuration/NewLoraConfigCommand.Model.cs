using System.Management.Automation;

namespace KohyaPS.Commands;

public sealed partial class NewLoraConfigCommand
{
    /// <inheritdoc cref="ModelSettings.PretrainedModelNameOrPath"/>
    [Parameter(Position = 0)]
    [Alias("pretrained_model_name_or_path", "Model")]
    public string? PretrainedModelNameOrPath { get; set; }

    /// <inheritdoc cref="ModelSettings.V2"/>
    [Parameter]
    public SwitchParameter V2 { get; set; }

    /// <inheritdoc cref="ModelSettings.VParameterization"/>
    [Parameter]
    [Alias("v_parameterization")]
    public SwitchParameter VParameterization { get; set; }

    /// <inheritdoc cref="ModelSettings.Sdxl"/>
    [Parameter]
    public SwitchParameter Sdxl { get; set; }

    /// <inheritdoc cref="ModelSettings.Vae"/>
    [Parameter]
    public string? Vae { get; set; }

    /// <inheritdoc cref="ModelSettings.NoHalfVae"/>
    [Parameter]
    [Alias("no_half_vae")]
    public SwitchParameter NoHalfVae { get; set; }

    /// <inheritdoc cref="ModelSettings.TokenizerPath"/>
    [Parameter]
    [Alias("tokenizer_path")]
    public string? TokenizerPath { get; set; }
}
