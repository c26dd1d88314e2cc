using System.Management.Automation;

namespace KohyaPS.Commands;

public sealed partial class NewLoraConfigCommand
{
    /// <inheritdoc cref="ValidationSettings.ValidationSplit"/>
    [Parameter]
    [Alias("validation_split")]
    public double ValidationSplit { get; set; }

    /// <inheritdoc cref="ValidationSettings.ValidationSeed"/>
    [Parameter]
    [Alias("validation_seed")]
    public long? ValidationSeed { get; set; }

    /// <inheritdoc cref="ValidationSettings.ValidateEveryNSteps"/>
    [Parameter]
    [Alias("validate_every_n_steps")]
    public int? ValidateEveryNSteps { get; set; }

    /// <inheritdoc cref="ValidationSettings.ValidateEveryNEpochs"/>
    [Parameter]
    [Alias("validate_every_n_epochs")]
    public int? ValidateEveryNEpochs { get; set; }

    /// <inheritdoc cref="ValidationSettings.MaxValidationSteps"/>
    [Parameter]
    [Alias("max_validation_steps")]
    public int? MaxValidationSteps { get; set; }
}
