using System.Management.Automation;

namespace KohyaPS.Commands;

public sealed partial class NewLoraConfigCommand
{
    /// <inheritdoc cref="ScheduleSettings.LrScheduler"/>
    [Parameter]
    [Alias("lr_scheduler", "Scheduler")]
    [ChoiceTransformation(typeof(LrScheduler))]
    public LrScheduler LrScheduler { get; set; }

    /// <inheritdoc cref="ScheduleSettings.LrSchedulerType"/>
    [Parameter]
    [Alias("lr_scheduler_type")]
    [ArgumentCompleter(typeof(ScheduleTypeCompleter))]
    public string? LrSchedulerType { get; set; }

    /// <inheritdoc cref="ScheduleSettings.LrSchedulerArgs"/>
    [Parameter]
    [Alias("lr_scheduler_args")]
    [NamedValuesTransformation]
    public string[]? LrSchedulerArgs { get; set; }

    /// <inheritdoc cref="ScheduleSettings.LrWarmupSteps"/>
    [Parameter]
    [Alias("lr_warmup_steps", "Warmup")]
    public StepsOrShare? LrWarmupSteps { get; set; }

    /// <inheritdoc cref="ScheduleSettings.LrDecaySteps"/>
    [Parameter]
    [Alias("lr_decay_steps")]
    public StepsOrShare LrDecaySteps { get; set; }

    /// <inheritdoc cref="ScheduleSettings.LrSchedulerNumCycles"/>
    [Parameter]
    [Alias("lr_scheduler_num_cycles")]
    public int LrSchedulerNumCycles { get; set; }

    /// <inheritdoc cref="ScheduleSettings.LrSchedulerPower"/>
    [Parameter]
    [Alias("lr_scheduler_power")]
    public double LrSchedulerPower { get; set; }

    /// <inheritdoc cref="ScheduleSettings.LrSchedulerTimescale"/>
    [Parameter]
    [Alias("lr_scheduler_timescale")]
    public int? LrSchedulerTimescale { get; set; }

    /// <inheritdoc cref="ScheduleSettings.LrSchedulerMinLrRatio"/>
    [Parameter]
    [Alias("lr_scheduler_min_lr_ratio")]
    public double? LrSchedulerMinLrRatio { get; set; }
}
