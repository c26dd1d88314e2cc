namespace KohyaPS;

/// <summary>Length and mechanics of the training.</summary>
public sealed record TrainingSettings : SettingGroup
{
    /// <summary>Pictures per forward pass.</summary>
    [Setting(Aliases = ["BatchSize"], Gui = "train_batch_size", Minimum = 1)]
    public int TrainBatchSize { get; init; } = 1;

    /// <summary>Epochs from which the number of steps follows when neither MaxTrainSteps nor MaxTrainEpochs is set.</summary>
    [Setting(Gui = "epoch", Minimum = 1, IsFlag = false)]
    public int Epoch { get; init; } = 1;

    /// <summary>Number of epochs to train.</summary>
    [Setting(Aliases = ["Epochs"], Gui = "max_train_epochs", Minimum = 1, ZeroMeansUnset = true)]
    public int? MaxTrainEpochs { get; init; }

    /// <summary>Number of optimizer steps to train.</summary>
    [Setting(Aliases = ["Steps"], Gui = "max_train_steps", TrainerDefault = "1600", Minimum = 1, ZeroMeansUnset = true)]
    public int? MaxTrainSteps { get; init; }

    /// <summary>Forward passes per optimizer step.</summary>
    [Setting(Gui = "gradient_accumulation_steps", Minimum = 1)]
    public int GradientAccumulationSteps { get; init; } = 1;

    /// <summary>Save memory by computing activations again in the backward pass.</summary>
    [Setting(Gui = "gradient_checkpointing")]
    public bool GradientCheckpointing { get; init; }

    /// <summary>Use the hidden state of the n-th text encoder layer from the end. Not set: 1, the last.</summary>
    [Setting(Gui = "clip_skip", Minimum = 1, Maximum = 12)]
    public int? ClipSkip { get; init; }

    /// <summary>Seed of everything random. Not set: drawn and reported.</summary>
    [Setting(Gui = "seed", Minimum = 0, Maximum = 4294967295)]
    public long? Seed { get; init; }

    /// <summary>State folder to continue from.</summary>
    [Setting(Gui = "resume", IsPath = true)]
    public string? Resume { get; init; }

    /// <summary>Epoch to start counting from.</summary>
    [Setting(Minimum = 1)]
    public int? InitialEpoch { get; init; }

    /// <summary>Step to start counting from.</summary>
    [Setting(Minimum = 0)]
    public int? InitialStep { get; init; }

    /// <summary>Skip the pictures before the initial step, too.</summary>
    [Setting]
    public bool SkipUntilInitialStep { get; init; }
}
