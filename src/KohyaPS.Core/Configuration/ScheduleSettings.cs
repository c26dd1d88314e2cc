namespace KohyaPS;

/// <summary>How the learning rate changes during the training.</summary>
public sealed record ScheduleSettings : SettingGroup
{
    /// <summary>Learning-rate schedule.</summary>
    [Setting(Aliases = ["Scheduler"], Gui = "lr_scheduler", TrainerDefault = "constant")]
    public LrScheduler LrScheduler { get; init; } = LrScheduler.Cosine;

    /// <summary>Class of torch.optim.lr_scheduler to use instead of LrScheduler, such as CosineAnnealingLR; it knows LrSchedulerArgs only, no warm-up.</summary>
    [Setting]
    public string? LrSchedulerType { get; init => field = value is null ? null : ScheduleCatalogue.Spelt(value); }

    /// <summary>The classes and functions that LrSchedulerType knows.</summary>
    public static IEnumerable<string> LrSchedulerTypes => ScheduleCatalogue.ClassNames;

    /// <summary>Further arguments of the schedule as name=value, such as lr_end=1e-6; text stands in quotes.</summary>
    [Setting(Gui = "lr_scheduler_args")]
    public IReadOnlyList<string>? LrSchedulerArgs { get; init; }

    /// <summary>
    /// Length of the warm-up: a number of steps, or a share of the training such as 0.1 or 10%. Not set: 10%, but none for the schedules that take no warm-up.
    /// </summary>
    [Setting(Aliases = ["Warmup"], Gui = "lr_warmup", GuiDefault = "10%", TrainerDefault = "0", Why = "10% as the GUI's, without its error for constant and adafactor")]
    public StepsOrShare? LrWarmupSteps { get; init; }

    /// <summary>The warm-up in force: the one set, or the default of the schedule.</summary>
    public StepsOrShare EffectiveWarmup => LrWarmupSteps ?? (HasWarmup ? StepsOrShare.Share(0.1) : default);

    /// <summary>Whether the schedule can warm up: constant, adafactor and classes of torch.optim.lr_scheduler cannot.</summary>
    public bool HasWarmup => LrSchedulerType is null && LrScheduler is not (LrScheduler.Constant or LrScheduler.Adafactor or LrScheduler.PiecewiseConstant);

    /// <summary>Length of the decay of warmup_stable_decay: steps or a share.</summary>
    [Setting]
    public StepsOrShare LrDecaySteps { get; init; }

    /// <summary>Number of cycles of cosine_with_restarts; half as many whole waves for cosine_with_min_lr and the decay of warmup_stable_decay.</summary>
    [Setting(Gui = "lr_scheduler_num_cycles", Minimum = 0)]
    public int LrSchedulerNumCycles { get; init; } = 1;

    /// <summary>Exponent of the polynomial schedule.</summary>
    [Setting(Gui = "lr_scheduler_power")]
    public double LrSchedulerPower { get; init; } = 1;

    /// <summary>Time scale of inverse_sqrt. Not set: the warm-up, or 10000.</summary>
    [Setting(Minimum = 1)]
    public int? LrSchedulerTimescale { get; init; }

    /// <summary>Lowest learning rate as a share of the first one, for cosine_with_min_lr and warmup_stable_decay.</summary>
    [Setting(Minimum = 0, Maximum = 1)]
    public double? LrSchedulerMinLrRatio { get; init; }
}
