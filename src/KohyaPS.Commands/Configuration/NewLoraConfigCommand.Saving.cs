using System.Management.Automation;

namespace KohyaPS.Commands;

public sealed partial class NewLoraConfigCommand
{
    /// <inheritdoc cref="SavingSettings.SaveModelAs"/>
    [Parameter]
    [Alias("save_model_as")]
    [ChoiceTransformation(typeof(NetworkFileFormat))]
    public NetworkFileFormat SaveModelAs { get; set; }

    /// <inheritdoc cref="SavingSettings.SavePrecision"/>
    [Parameter]
    [Alias("save_precision")]
    [ChoiceTransformation(typeof(SavePrecision))]
    public SavePrecision? SavePrecision { get; set; }

    /// <inheritdoc cref="SavingSettings.SaveEveryNEpochs"/>
    [Parameter]
    [Alias("save_every_n_epochs")]
    public int? SaveEveryNEpochs { get; set; }

    /// <inheritdoc cref="SavingSettings.SaveEveryNSteps"/>
    [Parameter]
    [Alias("save_every_n_steps")]
    public int? SaveEveryNSteps { get; set; }

    /// <inheritdoc cref="SavingSettings.SaveNEpochRatio"/>
    [Parameter]
    [Alias("save_n_epoch_ratio")]
    public int? SaveNEpochRatio { get; set; }

    /// <inheritdoc cref="SavingSettings.SaveLastNEpochs"/>
    [Parameter]
    [Alias("save_last_n_epochs")]
    public int? SaveLastNEpochs { get; set; }

    /// <inheritdoc cref="SavingSettings.SaveLastNEpochsState"/>
    [Parameter]
    [Alias("save_last_n_epochs_state")]
    public int? SaveLastNEpochsState { get; set; }

    /// <inheritdoc cref="SavingSettings.SaveLastNSteps"/>
    [Parameter]
    [Alias("save_last_n_steps")]
    public int? SaveLastNSteps { get; set; }

    /// <inheritdoc cref="SavingSettings.SaveLastNStepsState"/>
    [Parameter]
    [Alias("save_last_n_steps_state")]
    public int? SaveLastNStepsState { get; set; }

    /// <inheritdoc cref="SavingSettings.SaveState"/>
    [Parameter]
    [Alias("save_state")]
    public SwitchParameter SaveState { get; set; }

    /// <inheritdoc cref="SavingSettings.SaveStateOnTrainEnd"/>
    [Parameter]
    [Alias("save_state_on_train_end")]
    public SwitchParameter SaveStateOnTrainEnd { get; set; }
}
