namespace KohyaPS;

/// <summary>Which files are written, when, and how long they stay.</summary>
public sealed record SavingSettings : SettingGroup
{
    /// <summary>File format of the LoRA. Only safetensors files hold metadata.</summary>
    [Setting(Gui = "save_model_as")]
    public NetworkFileFormat SaveModelAs { get; init; }

    /// <summary>Number type in the LoRA file. Not set: the type of training.</summary>
    [Setting(Gui = "save_precision", TrainerDefault = "")]
    public SavePrecision? SavePrecision { get; init; } = KohyaPS.SavePrecision.Fp16;

    /// <summary>Save after every N epochs.</summary>
    [Setting(Gui = "save_every_n_epochs", TrainerDefault = "", Minimum = 1, ZeroMeansUnset = true)]
    public int? SaveEveryNEpochs { get; init; } = 1;

    /// <summary>Save after every N steps.</summary>
    [Setting(Gui = "save_every_n_steps", Minimum = 1, ZeroMeansUnset = true)]
    public int? SaveEveryNSteps { get; init; }

    /// <summary>Save this many times in all: every (epochs / N) epochs.</summary>
    [Setting(Minimum = 1, ZeroMeansUnset = true)]
    public int? SaveNEpochRatio { get; init; }

    /// <summary>Keep only the newest N files of epochs.</summary>
    [Setting(Minimum = 1, ZeroMeansUnset = true)]
    public int? SaveLastNEpochs { get; init; }

    /// <summary>Keep only the newest N states of epochs. Not set: SaveLastNEpochs.</summary>
    [Setting(Minimum = 1, ZeroMeansUnset = true)]
    public int? SaveLastNEpochsState { get; init; }

    /// <summary>Remove step files older than this many steps.</summary>
    [Setting(Gui = "save_last_n_steps", Minimum = 1, ZeroMeansUnset = true)]
    public int? SaveLastNSteps { get; init; }

    /// <summary>Remove step states older than this many steps. Not set: SaveLastNSteps.</summary>
    [Setting(Gui = "save_last_n_steps_state", Minimum = 1, ZeroMeansUnset = true)]
    public int? SaveLastNStepsState { get; init; }

    /// <summary>Save the state, from which a training continues, with every save and at the end.</summary>
    [Setting(Gui = "save_state")]
    public bool SaveState { get; init; }

    /// <summary>Save the state at the end only.</summary>
    [Setting]
    public bool SaveStateOnTrainEnd { get; init; }
}
