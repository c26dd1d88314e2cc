using System.Management.Automation;

namespace KohyaPS.Commands;

public sealed partial class NewLoraConfigCommand
{
    /// <inheritdoc cref="LycorisSettings.Algo"/>
    [Parameter]
    [ChoiceTransformation(typeof(LycorisAlgorithm))]
    public LycorisAlgorithm Algo { get; set; }

    /// <inheritdoc cref="LycorisSettings.Preset"/>
    [Parameter]
    public string Preset { get; set; } = "";

    /// <inheritdoc cref="LycorisSettings.UseTucker"/>
    [Parameter]
    [Alias("use_tucker", "UseCp", "use_cp")]
    public SwitchParameter UseTucker { get; set; }

    /// <inheritdoc cref="LycorisSettings.Factor"/>
    [Parameter]
    public int Factor { get; set; }

    /// <inheritdoc cref="LycorisSettings.DecomposeBoth"/>
    [Parameter]
    [Alias("decompose_both")]
    public SwitchParameter DecomposeBoth { get; set; }

    /// <inheritdoc cref="LycorisSettings.FullMatrix"/>
    [Parameter]
    [Alias("full_matrix")]
    public SwitchParameter FullMatrix { get; set; }

    /// <inheritdoc cref="LycorisSettings.UnbalancedFactorization"/>
    [Parameter]
    [Alias("unbalanced_factorization")]
    public SwitchParameter UnbalancedFactorization { get; set; }

    /// <inheritdoc cref="LycorisSettings.TrainOnInput"/>
    [Parameter]
    [Alias("train_on_input")]
    public SwitchParameter TrainOnInput { get; set; }

    /// <inheritdoc cref="LycorisSettings.UseScalar"/>
    [Parameter]
    [Alias("use_scalar")]
    public SwitchParameter UseScalar { get; set; }

    /// <inheritdoc cref="LycorisSettings.TrainNorm"/>
    [Parameter]
    [Alias("train_norm")]
    public SwitchParameter TrainNorm { get; set; }

    /// <inheritdoc cref="LycorisSettings.DoraWd"/>
    [Parameter]
    [Alias("dora_wd")]
    public SwitchParameter DoraWd { get; set; }

    /// <inheritdoc cref="LycorisSettings.WdOnOutput"/>
    [Parameter]
    [Alias("wd_on_output")]
    public SwitchParameter WdOnOutput { get; set; }

    /// <inheritdoc cref="LycorisSettings.BypassMode"/>
    [Parameter]
    [Alias("bypass_mode")]
    public SwitchParameter BypassMode { get; set; }

    /// <inheritdoc cref="LycorisSettings.RsLora"/>
    [Parameter]
    [Alias("rs_lora")]
    public SwitchParameter RsLora { get; set; }

    /// <inheritdoc cref="LycorisSettings.Rescaled"/>
    [Parameter]
    public SwitchParameter Rescaled { get; set; }

    /// <inheritdoc cref="LycorisSettings.Constraint"/>
    [Parameter]
    public double Constraint { get; set; }

    /// <inheritdoc cref="LycorisSettings.RankDropoutScale"/>
    [Parameter]
    [Alias("rank_dropout_scale")]
    public SwitchParameter RankDropoutScale { get; set; }
}
