using KohyaPS.Engine.Training.Schedules;

namespace KohyaPS.Engine.Training.Setup;

/// <summary>The learning-rate schedule that a configuration names.</summary>
internal static class ScheduleChoice
{
    /// <summary>Makes the schedule for a training of known length.</summary>
    /// <exception cref="TrainingException">There is no such schedule.</exception>
    public static LearningRateSchedule Create(ScheduleSettings settings, TrainingLength length) => settings.LrScheduler switch
    {
        LrScheduler.Constant => WarmupSchedules.Constant(),
        LrScheduler.ConstantWithWarmup => WarmupSchedules.ConstantWithWarmup(length.WarmupSteps),
        LrScheduler.Linear => WarmupSchedules.Linear(length.WarmupSteps, length.TotalSteps),
        LrScheduler.Cosine => WarmupSchedules.Cosine(length.WarmupSteps, length.TotalSteps),
        var other => throw new TrainingException(TrainingExitCode.Invalid, $"The schedule {other} is not in this version. Set -LrScheduler cosine, linear, constant or constant_with_warmup."),
    };
}
