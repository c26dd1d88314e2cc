namespace KohyaPS;

/// <summary>How the weights follow the gradients.</summary>
public sealed record OptimizerSettings : SettingGroup
{
    /// <summary>Optimizer.</summary>
    [Setting(Aliases = ["Optimizer"], Gui = "optimizer", TrainerDefault = "AdamW")]
    public OptimizerType OptimizerType { get; init; } = OptimizerType.AdamW8bit;

    /// <summary>Optimizer class of another library by its dotted name, as files of sd-scripts may name it; kept, but no training can use it.</summary>
    [Setting(IsFlag = false)]
    public string? OptimizerClass { get; init; }

    /// <summary>Further arguments of the optimizer as name=value, such as weight_decay=0.01.</summary>
    [Setting(Gui = "optimizer_args")]
    public IReadOnlyList<string>? OptimizerArgs { get; init; }

    /// <summary>Base learning rate, for every part without its own.</summary>
    [Setting(Aliases = ["Lr"], Gui = "learning_rate", TrainerDefault = "2e-06", Minimum = 0)]
    public double LearningRate { get; init; } = 0.0001;

    /// <summary>Learning rate of the U-Net's adapters. Not set: LearningRate; 0: not trained.</summary>
    [Setting(Gui = "unet_lr", TrainerDefault = "", Minimum = 0)]
    public double? UnetLr { get; init; } = 0.0001;

    /// <summary>Learning rate of the text encoder's adapters. Not set: LearningRate; 0: not trained.</summary>
    [Setting(Gui = "text_encoder_lr", TrainerDefault = "", Minimum = 0)]
    public double? TextEncoderLr { get; init; } = 5e-05;

    /// <summary>Largest norm of all gradients together; larger ones are scaled down. 0 never clips.</summary>
    [Setting(Minimum = 0)]
    public double MaxGradNorm { get; init; } = 1;

    /// <summary>LoRA+: factor on the learning rate of the up matrices.</summary>
    [Setting(Minimum = 0)]
    public double? LoraplusLrRatio { get; init; }

    /// <summary>LoRA+: factor for the U-Net, instead of LoraplusLrRatio.</summary>
    [Setting(Minimum = 0)]
    public double? LoraplusUnetLrRatio { get; init; }

    /// <summary>LoRA+: factor for the text encoder, instead of LoraplusLrRatio.</summary>
    [Setting(Minimum = 0)]
    public double? LoraplusTextEncoderLrRatio { get; init; }

    /// <summary>Whether Adafactor finds its own rates (relative_step, its default): learning rates, warm-up and schedule are then not used.</summary>
    public bool IsRelativeStep => OptimizerType == OptimizerType.Adafactor && OptimizerArguments.Read(this, out _).Flag("relative_step");

    /// <summary>Whether the optimizer averages the weights in place of a schedule: schedule and warm-up are then not used.</summary>
    public bool IsScheduleFree => OptimizerType is OptimizerType.AdamWScheduleFree or OptimizerType.RAdamScheduleFree or OptimizerType.SGDScheduleFree or OptimizerType.ProdigyPlusScheduleFree;

    /// <summary>Whether the optimizer takes the place of a schedule, in either of these ways.</summary>
    public bool OwnsSchedule => IsRelativeStep || IsScheduleFree;
}
