using KohyaPS.Engine.Training.Schedules;

namespace KohyaPS.Engine.Training.Setup;

/// <summary>The learning-rate schedule that a configuration names.</summary>
internal static class ScheduleChoice
{
    /// <summary>Makes the schedule for a training of known length.</summary>
    /// <param name="config">Schedule and optimizer; some optimizers leave no schedule a say, some schedules end at a share of the optimizer's own rate.</param>
    /// <param name="length">Steps, warm-up and decay.</param>
    /// <param name="groups">Parameter groups that there are.</param>
    /// <exception cref="TrainingException">There is no such schedule, or an argument does not fit it.</exception>
    public static LearningRateSchedule Create(LoraConfig config, TrainingLength length, int groups)
    {
        var (settings, optimizer) = (config.Schedule, config.Optimizer);
        if (optimizer.OwnsSchedule)
            return new FactorSchedule(WarmupSchedules.Constant());
        if (ScheduleRules.CheckSchedule(settings, optimizer).FirstOrDefault(p => !p.IsWarning) is { } problem)
            throw new TrainingException(TrainingExitCode.Invalid, $"{problem.Message} {problem.Remedy}");
        var arguments = ScheduleCatalogue.Read(settings);
        foreach (var name in (string[])["max_lr", "base_lr"])
            if (arguments.Numbers(name) is { Count: > 1 } rates && rates.Count != groups)
                throw new TrainingException(TrainingExitCode.Invalid, $"{name} in LrSchedulerArgs has {rates.Count} rates, but the network has {groups} parameter groups. Give {name} one rate, or {groups}.");
        return settings.LrSchedulerType is { } type
            ? ScheduleTypeChoice.Create(type, arguments, optimizer.LearningRate)
            : new FactorSchedule(FactorChoice.Create(settings.LrScheduler, arguments.Passing(Passed(settings, length)), optimizer.LearningRate));
    }

    // What sd-scripts passes to the function of a named schedule.
    private static IEnumerable<(string, object?)> Passed(ScheduleSettings settings, TrainingLength length)
    {
        yield return ("num_warmup_steps", (long)length.WarmupSteps);
        yield return ("num_training_steps", (long)length.TotalSteps);
        yield return ("num_decay_steps", (long)length.DecaySteps);
        yield return ("power", settings.LrSchedulerPower);
        yield return ("timescale", (long?)settings.LrSchedulerTimescale);
        yield return ("min_lr_rate", settings.LrSchedulerMinLrRatio);
        yield return ("min_lr_ratio", settings.LrSchedulerMinLrRatio);
        yield return ("num_cycles", settings.LrScheduler switch
        {
            LrScheduler.CosineWithRestarts => (object)(long)settings.LrSchedulerNumCycles,
            // These two count half waves.
            LrScheduler.CosineWithMinLr or LrScheduler.WarmupStableDecay => settings.LrSchedulerNumCycles / 2.0,
            _ => null,
        });
    }
}
