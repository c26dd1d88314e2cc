using static KohyaPS.ConfigRules;

namespace KohyaPS;

/// <summary>What a learning-rate schedule needs and excludes.</summary>
internal static class ScheduleRules
{
    internal static IEnumerable<ConfigProblem> Check(LoraConfig config)
    {
        var (schedule, optimizer) = (config.Schedule, config.Optimizer);
        if (schedule.LrWarmupSteps is { Value: < 0 })
            yield return Error("LrWarmupSteps", $"LrWarmupSteps is {schedule.LrWarmupSteps}; it cannot be negative.", "Set it to a number of steps or a share such as 10%.");
        if (schedule.LrDecaySteps.Value < 0)
            yield return Error("LrDecaySteps", $"LrDecaySteps is {schedule.LrDecaySteps}; it cannot be negative.", "Set it to a number of steps or a share such as 10%.");
        var problems = optimizer.OwnsSchedule ? Replaced(config) : Warmup(config).Concat(CheckSchedule(schedule, optimizer)).Concat(ReplacedRates(config));
        foreach (var problem in problems)
            yield return problem;
        if (schedule.LrDecaySteps.Value != 0 && (schedule.LrScheduler != LrScheduler.WarmupStableDecay || schedule.LrSchedulerType is not null))
            yield return Warning("LrDecaySteps", "LrDecaySteps has an effect with warmup_stable_decay only.", "Leave it out.");
    }

    /// <summary>What is wrong with a schedule and its arguments.</summary>
    internal static IEnumerable<ConfigProblem> CheckSchedule(ScheduleSettings schedule, OptimizerSettings optimizer)
    {
        if (schedule.LrSchedulerType is { } type && ScheduleCatalogue.Of(type) is null)
            return [UnknownType(type)];
        var arguments = ScheduleCatalogue.Read(schedule);
        return arguments.Problems.Concat(schedule.LrSchedulerType is null ? Named(schedule, optimizer, arguments) : Cycles(schedule, optimizer, arguments)).Concat(Rules(arguments));
    }

    /// <summary>What can be told only when the length of the training is known.</summary>
    internal static IEnumerable<ConfigProblem> CheckLength(LoraConfig config, TrainingLength length)
    {
        var (schedule, optimizer) = (config.Schedule, config.Optimizer);
        if (optimizer.OwnsSchedule)
            yield break;
        if (length.WarmupSteps >= length.TotalSteps)
            yield return Warning("LrWarmupSteps", $"The warm-up takes {length.WarmupSteps} steps and the training {length.TotalSteps}: the full learning rate is never reached.", "Lower LrWarmupSteps; 5% to 10% is usual.");
        else if (schedule.LrSchedulerType is null && schedule.LrScheduler == LrScheduler.WarmupStableDecay && length.WarmupSteps + length.DecaySteps > length.TotalSteps)
            yield return Warning("LrDecaySteps", $"Warm-up ({length.WarmupSteps}) and decay ({length.DecaySteps}) are longer than the training of {length.TotalSteps} steps, so the decay begins in its midst.", "Lower LrWarmupSteps or LrDecaySteps.");
        if (schedule.LrSchedulerType is { } type && ScheduleCatalogue.ShortName(type) == "OneCycleLR" && ScheduleCatalogue.OneCycleSteps(ScheduleCatalogue.Read(schedule)) is { } cycle && cycle < length.TotalSteps)
            yield return Error("LrSchedulerArgs", $"OneCycleLR ends after {cycle} steps, but the training has {length.TotalSteps}.", $"Set total_steps={length.TotalSteps} in LrSchedulerArgs.");
    }

    /// <summary>Optimizers that leave no schedule a say.</summary>
    private static IEnumerable<ConfigProblem> Replaced(LoraConfig config)
    {
        var schedule = config.Schedule;
        var isAdafactor = config.Optimizer.IsRelativeStep;
        var name = schedule.LrSchedulerType ?? SettingText.Format(schedule.LrScheduler);
        // warmup_init turns relative_step on again.
        var ownRates = isAdafactor && OptimizerArguments.Read(config.Optimizer, out _).Flag("warmup_init") ? "add relative_step=False to OptimizerArgs, without warmup_init," : "add relative_step=False to OptimizerArgs";
        if (schedule.LrSchedulerType is not null || schedule.LrScheduler != (isAdafactor ? LrScheduler.Adafactor : LrScheduler.Constant))
            yield return isAdafactor
                ? Warning("LrScheduler", $"Adafactor with relative_step finds its own rates: the schedule {name} and the learning rates have no effect.", $"Set LrScheduler to adafactor; or {ownRates} to use your own.")
                : Warning("LrScheduler", $"{config.Optimizer.OptimizerType} averages the weights in place of a schedule: {name} has no effect.", "Set LrScheduler to constant.");
        if (schedule.LrWarmupSteps is { Value: > 0 } warmup)
            yield return isAdafactor
                ? Warning("LrWarmupSteps", "Adafactor with relative_step has a schedule of its own; LrWarmupSteps is taken as 0.", $"Leave it out, or {ownRates.TrimEnd(',')}.")
                : Warning("LrWarmupSteps", $"{config.Optimizer.OptimizerType} takes its warm-up from its own arguments; LrWarmupSteps has no effect.", $"Leave it out{(config.Optimizer.OptimizerType is OptimizerType.AdamWScheduleFree or OptimizerType.SGDScheduleFree ? $", and add warmup_steps={(warmup.IsShare ? "100" : SettingText.Format(warmup))} to OptimizerArgs" : "")}.");
    }

    /// <summary>Rates of single parts that a class with rates of its own does not look at.</summary>
    private static IEnumerable<ConfigProblem> ReplacedRates(LoraConfig config)
    {
        var (optimizer, network) = (config.Optimizer, config.Network);
        if (ScheduleCatalogue.OwnRates(config.Schedule).Count != 1)
            yield break;
        var trainsBoth = !network.NetworkTrainUnetOnly && !network.NetworkTrainTextEncoderOnly;
        string?[] replaced =
        [
            trainsBoth && (optimizer.UnetLr ?? optimizer.LearningRate) != (optimizer.TextEncoderLr ?? optimizer.LearningRate) ? "UnetLr and TextEncoderLr" : null,
            (optimizer.LoraplusLrRatio ?? optimizer.LoraplusUnetLrRatio ?? optimizer.LoraplusTextEncoderLrRatio) is > 0 and not 1 ? "LoRA+ ratios" : null,
            network.HasBlockRates ? "factors of blocks" : null,
        ];
        if (replaced.OfType<string>().ToList() is { Count: > 0 } names)
            yield return Warning("LrSchedulerArgs", $"{config.Schedule.LrSchedulerType} gives every part the rate max_lr, so that {string.Join(", ", names)} have no effect.",
                $"Give max_lr one rate for each parameter group, such as max_lr=[{SettingText.Format(optimizer.TextEncoderLr ?? optimizer.LearningRate)},{SettingText.Format(optimizer.UnetLr ?? optimizer.LearningRate)}] for text encoder and U-Net.");
    }

    private static IEnumerable<ConfigProblem> Warmup(LoraConfig config)
    {
        var schedule = config.Schedule;
        // A share may come to no step at all.
        var warmsUp = schedule.LrWarmupSteps is { } warmup && warmup.Resolve(config.Training.MaxTrainSteps ?? int.MaxValue) > 0;
        if (!warmsUp || schedule.HasWarmup)
            yield break;
        var name = schedule.LrSchedulerType ?? SettingText.Format(schedule.LrScheduler);
        yield return schedule is { LrSchedulerType: null, LrScheduler: LrScheduler.PiecewiseConstant }
            ? Warning("LrWarmupSteps", "The schedule piecewise_constant has no warm-up; LrWarmupSteps has no effect.", "Leave it out, and begin step_rules with lower factors.")
            : Error("LrWarmupSteps", $"The schedule {name} has no warm-up, but LrWarmupSteps is {schedule.LrWarmupSteps}.", schedule.LrSchedulerType is null ? "Set LrWarmupSteps to 0, or LrScheduler to constant_with_warmup." : "Set LrWarmupSteps to 0, or leave LrSchedulerType out.");
    }

    private static IEnumerable<ConfigProblem> Named(ScheduleSettings schedule, OptimizerSettings optimizer, ScheduleArguments arguments)
    {
        switch (schedule.LrScheduler)
        {
            case LrScheduler.Adafactor when optimizer.OptimizerType != OptimizerType.Adafactor:
                yield return Error("LrScheduler", "The schedule adafactor is computed by the optimizer Adafactor.", "Set OptimizerType to Adafactor, or choose another LrScheduler.");
                break;
            case LrScheduler.Adafactor:
                yield return Error("LrScheduler", "The schedule adafactor needs relative_step, which OptimizerArgs turns off.", "Remove relative_step=False from OptimizerArgs, or choose another LrScheduler such as constant.");
                break;
            case LrScheduler.CosineWithMinLr when schedule.LrSchedulerMinLrRatio is null == !arguments.Has("min_lr"):
                yield return schedule.LrSchedulerMinLrRatio is null
                    ? Error("LrSchedulerMinLrRatio", "The schedule cosine_with_min_lr needs the lowest rate.", "Set LrSchedulerMinLrRatio, such as 0.1.")
                    : Error("LrSchedulerMinLrRatio", "The lowest rate is given twice: by LrSchedulerMinLrRatio and by min_lr in LrSchedulerArgs.", "Leave out one of them.");
                break;
            case LrScheduler.Polynomial when arguments.Number("lr_end", 1e-7) is var last && last >= optimizer.LearningRate:
                yield return Error("LrSchedulerArgs", $"The schedule polynomial falls to lr_end, {SettingText.Format(last)}, which is not below LearningRate, {SettingText.Format(optimizer.LearningRate)}.", "Lower lr_end in LrSchedulerArgs, or raise LearningRate.");
                break;
        }
    }

    private static IEnumerable<ConfigProblem> Cycles(ScheduleSettings schedule, OptimizerSettings optimizer, ScheduleArguments arguments)
    {
        var name = ScheduleCatalogue.ShortName(schedule.LrSchedulerType!);
        if (name == "OneCycleLR" && ScheduleCatalogue.OneCycleSteps(arguments) is null)
            yield return Error("LrSchedulerArgs", "OneCycleLR needs its length.", "Add total_steps=1000, with the steps of your training, to LrSchedulerArgs.");
        if (name is "OneCycleLR" or "CyclicLR" && arguments.Flag("cycle_momentum", true) && OptimizerArguments.Read(optimizer, out _) is var own && !own.Has("betas") && !own.Has("momentum"))
            yield return Error("LrSchedulerArgs", $"{name} moves the momentum of the optimizer, too, and {optimizer.OptimizerType} has none.", "Add cycle_momentum=False to LrSchedulerArgs.");
    }

    private static IEnumerable<ConfigProblem> Rules(ScheduleArguments arguments)
    {
        if (!arguments.Has("step_rules"))
            return [];
        try
        {
            PiecewiseRules.Parse(arguments.Text("step_rules", ""));
            return [];
        }
        catch (FormatException error)
        {
            return [Error("LrSchedulerArgs", $"step_rules in LrSchedulerArgs cannot be read: {error.Message}.", "Write step_rules='1:100,0.1', which is 1 for 100 steps, then 0.1.")];
        }
    }

    private static ConfigProblem UnknownType(string type)
    {
        var name = ScheduleCatalogue.ShortName(type);
        if (name is "ReduceLROnPlateau" or "get_reduce_on_plateau_schedule")
            return Error("LrSchedulerType", $"{name} waits for a measure that no training passes to it.", "Choose another schedule, such as CosineAnnealingLR, or use LrScheduler.");
        return SettingText.Choice(typeof(LrScheduler), type) is { } named
            ? Error("LrSchedulerType", $"'{type}' is no class, but the name of a schedule.", $"Set LrScheduler to {SettingText.Format(named)} and leave LrSchedulerType out.")
            : Error("LrSchedulerType", $"There is no schedule class '{type}'.", NearestName.Find(name, ScheduleCatalogue.ClassNames) is { } nearest ? $"Did you mean {nearest}?" : $"Set it to one of {string.Join(", ", ScheduleCatalogue.ClassNames)}.");
    }
}
