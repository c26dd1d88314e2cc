using System.Management.Automation;

namespace KohyaPS.Commands;

public sealed partial class NewLoraConfigCommand
{
    /// <inheritdoc cref="TrainingSettings.TrainBatchSize"/>
    [Parameter]
    [Alias("train_batch_size", "BatchSize", "batch_size")]
    public int TrainBatchSize { get; set; }

    /// <inheritdoc cref="TrainingSettings.Epoch"/>
    [Parameter]
    public int Epoch { get; set; }

    /// <inheritdoc cref="TrainingSettings.MaxTrainEpochs"/>
    [Parameter]
    [Alias("max_train_epochs", "Epochs")]
    public int? MaxTrainEpochs { get; set; }

    /// <inheritdoc cref="TrainingSettings.MaxTrainSteps"/>
    [Parameter]
    [Alias("max_train_steps", "Steps")]
    public int? MaxTrainSteps { get; set; }

    /// <inheritdoc cref="TrainingSettings.GradientAccumulationSteps"/>
    [Parameter]
    [Alias("gradient_accumulation_steps")]
    public int GradientAccumulationSteps { get; set; }

    /// <inheritdoc cref="TrainingSettings.GradientCheckpointing"/>
    [Parameter]
    [Alias("gradient_checkpointing")]
    public SwitchParameter GradientCheckpointing { get; set; }

    /// <inheritdoc cref="TrainingSettings.ClipSkip"/>
    [Parameter]
    [Alias("clip_skip")]
    public int? ClipSkip { get; set; }

    /// <inheritdoc cref="TrainingSettings.Seed"/>
    [Parameter]
    public long? Seed { get; set; }

    /// <inheritdoc cref="TrainingSettings.Resume"/>
    [Parameter]
    public string? Resume { get; set; }

    /// <inheritdoc cref="TrainingSettings.InitialEpoch"/>
    [Parameter]
    [Alias("initial_epoch")]
    public int? InitialEpoch { get; set; }

    /// <inheritdoc cref="TrainingSettings.InitialStep"/>
    [Parameter]
    [Alias("initial_step")]
    public int? InitialStep { get; set; }

    /// <inheritdoc cref="TrainingSettings.SkipUntilInitialStep"/>
    [Parameter]
    [Alias("skip_until_initial_step")]
    public SwitchParameter SkipUntilInitialStep { get; set; }
}
