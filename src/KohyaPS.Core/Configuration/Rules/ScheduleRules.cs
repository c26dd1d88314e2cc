using static KohyaPS.ConfigRules;

namespace KohyaPS;

/// <summary>What a learning-rate schedule needs and excludes.</summary>
internal static class ScheduleRules
{
    internal static IEnumerable<ConfigProblem> Check(LoraConfig config)
    {
        var schedule = config.Schedule;
        var warmsUp = schedule.LrWarmupSteps is { Value: not 0 };
        if (schedule.LrWarmupSteps is { Value: < 0 })
            yield return Error("LrWarmupSteps", $"LrWarmupSteps is {schedule.LrWarmupSteps}; it cannot be negative.", "Set it to a number of steps or a share such as 10%.");
        if (config.Optimizer.IsRelativeStep)
        {
            if (warmsUp)
                yield return Warning("LrWarmupSteps", "Adafactor with relative_step has a schedule of its own; LrWarmupSteps is taken as 0.", "Leave it out, or add relative_step=False to OptimizerArgs.");
        }
        else if (warmsUp && !schedule.HasWarmup)
        {
            var name = schedule.LrSchedulerType ?? SettingText.Format(schedule.LrScheduler);
            yield return Error("LrWarmupSteps", $"The schedule {name} has no warm-up, but LrWarmupSteps is {schedule.LrWarmupSteps}.", "Leave out LrWarmupSteps, or set LrScheduler to constant_with_warmup.");
        }
        if (schedule.LrScheduler == LrScheduler.Adafactor && config.Optimizer.OptimizerType != OptimizerType.Adafactor)
            yield return Error("LrScheduler", "The schedule adafactor is computed by the optimizer Adafactor.", "Set OptimizerType to Adafactor, or choose another LrScheduler.");
        else if (schedule.LrScheduler == LrScheduler.Adafactor && !config.Optimizer.IsRelativeStep)
            yield return Error("LrScheduler", "The schedule adafactor needs relative_step, which OptimizerArgs turns off.", "Remove relative_step=False from OptimizerArgs, or choose another LrScheduler such as constant.");
        if (schedule.LrScheduler == LrScheduler.CosineWithMinLr && schedule.LrSchedulerMinLrRatio is null && !HasArgument(schedule, "min_lr"))
            yield return Error("LrSchedulerMinLrRatio", "The schedule cosine_with_min_lr needs the lowest rate.", "Set LrSchedulerMinLrRatio, such as 0.1.");
        if (schedule.LrScheduler == LrScheduler.PiecewiseConstant && !HasArgument(schedule, "step_rules"))
            yield return Error("LrSchedulerArgs", "The schedule piecewise_constant needs its rules.", "Set LrSchedulerArgs to step_rules=\"1:100,0.1\", which is 1 for 100 steps, then 0.1.");
        if (schedule.LrDecaySteps.Value != 0 && schedule.LrScheduler != LrScheduler.WarmupStableDecay)
            yield return Warning("LrDecaySteps", "LrDecaySteps has an effect with warmup_stable_decay only.", "Leave it out.");
        foreach (var argument in schedule.LrSchedulerArgs ?? [])
        {
            if (argument.IndexOf('=', StringComparison.Ordinal) < 1)
                yield return Error("LrSchedulerArgs", $"'{argument}' in LrSchedulerArgs is not name=value.", "Write each argument as lr_end=1e-6.");
        }
    }

    private static bool HasArgument(ScheduleSettings schedule, string name) =>
        (schedule.LrSchedulerArgs ?? []).Any(argument => argument.StartsWith(name, StringComparison.Ordinal));
}
