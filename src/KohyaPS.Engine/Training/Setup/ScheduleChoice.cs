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
            : new FactorSchedule(Named(settings, arguments, optimizer.LearningRate, length));
    }

    private static RateFactor Named(ScheduleSettings settings, ScheduleArguments arguments, double rate, TrainingLength length)
    {
        var (warmup, total) = (length.WarmupSteps, length.TotalSteps);
        return settings.LrScheduler switch
        {
            LrScheduler.Constant => WarmupSchedules.Constant(),
            LrScheduler.ConstantWithWarmup => WarmupSchedules.ConstantWithWarmup(warmup),
            LrScheduler.Linear => WarmupSchedules.Linear(warmup, total),
            LrScheduler.Cosine => WarmupSchedules.Cosine(warmup, total, arguments.Number("num_cycles", 0.5)),
            LrScheduler.CosineWithRestarts => WaveSchedules.CosineWithRestarts(warmup, total, settings.LrSchedulerNumCycles),
            LrScheduler.Polynomial => WaveSchedules.Polynomial(warmup, total, settings.LrSchedulerPower, rate, arguments.Number("lr_end", 1e-7)),
            LrScheduler.PiecewiseConstant => PiecewiseRules.Parse(arguments.Text("step_rules", "1")).Factor,
            LrScheduler.InverseSqrt => WaveSchedules.InverseSqrt(warmup, settings.LrSchedulerTimescale),
            // These two count half waves.
            LrScheduler.CosineWithMinLr => WaveSchedules.CosineWithFloor(warmup, total, settings.LrSchedulerNumCycles / 2.0,
                settings.LrSchedulerMinLrRatio ?? (arguments.OptionalNumber("min_lr") is { } lowest ? lowest / rate : arguments.Number("min_lr_rate", 0))),
            LrScheduler.WarmupStableDecay => new WarmupStableDecay
            {
                Warmup = warmup,
                Stable = total - warmup - length.DecaySteps,
                Decay = length.DecaySteps,
                Floor = settings.LrSchedulerMinLrRatio ?? 0,
                Cycles = settings.LrSchedulerNumCycles / 2.0,
                WarmupType = arguments.Text("warmup_type", "linear"),
                DecayType = arguments.Text("decay_type", "cosine"),
            }.Factor,
            var other => throw new TrainingException(TrainingExitCode.Invalid, $"The schedule {SettingText.Format(other)} is computed by the optimizer Adafactor only. Set -LrScheduler constant, or -OptimizerType Adafactor."),
        };
    }
}
