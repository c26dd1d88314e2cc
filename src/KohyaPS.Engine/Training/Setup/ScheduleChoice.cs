using KohyaPS.Engine.Training.Schedules;

namespace KohyaPS.Engine.Training.Setup;

/// <summary>The learning-rate schedule that a configuration names.</summary>
internal static class ScheduleChoice
{
    /// <summary>Makes the schedule for a training of known length.</summary>
    /// <param name="settings">Name and shape.</param>
    /// <param name="learningRate">The optimizer's own rate, which some schedules end at a share of.</param>
    /// <param name="length">Steps and warm-up.</param>
    /// <exception cref="TrainingException">There is no such schedule.</exception>
    public static LearningRateSchedule Create(ScheduleSettings settings, double learningRate, TrainingLength length) => settings.LrScheduler switch
    {
        LrScheduler.Constant => WarmupSchedules.Constant(),
        LrScheduler.ConstantWithWarmup => WarmupSchedules.ConstantWithWarmup(length.WarmupSteps),
        LrScheduler.Linear => WarmupSchedules.Linear(length.WarmupSteps, length.TotalSteps),
        LrScheduler.Cosine => WarmupSchedules.Cosine(length.WarmupSteps, length.TotalSteps),
        LrScheduler.CosineWithRestarts => WaveSchedules.CosineWithRestarts(length.WarmupSteps, length.TotalSteps, settings.LrSchedulerNumCycles),
        LrScheduler.Polynomial => WaveSchedules.Polynomial(length.WarmupSteps, length.TotalSteps, settings.LrSchedulerPower, learningRate),
        LrScheduler.InverseSqrt => WaveSchedules.InverseSqrt(length.WarmupSteps, settings.LrSchedulerTimescale),
        LrScheduler.CosineWithMinLr when settings.LrSchedulerMinLrRatio is { } floor =>
            WaveSchedules.CosineWithFloor(length.WarmupSteps, length.TotalSteps, settings.LrSchedulerNumCycles, floor),
        var other => throw new TrainingException(TrainingExitCode.Invalid, $"The schedule {other} is not in this version. Set -LrScheduler to cosine, cosine_with_restarts, linear, polynomial, constant, constant_with_warmup, inverse_sqrt, or cosine_with_min_lr with -LrSchedulerMinLrRatio."),
    };
}
