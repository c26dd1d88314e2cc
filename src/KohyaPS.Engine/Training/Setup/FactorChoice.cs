using KohyaPS.Engine.Training.Schedules;

namespace KohyaPS.Engine.Training.Setup;

/// <summary>The schedules that are one factor on all rates, from the arguments of the functions of transformers and diffusers that compute them.</summary>
internal static class FactorChoice
{
    /// <summary>Makes the factor.</summary>
    /// <param name="schedule">The schedule.</param>
    /// <param name="arguments">Its arguments, checked: the user's, and for a named schedule what the trainer passes.</param>
    /// <param name="rate">The optimizer's own rate, of which some schedules end at a share.</param>
    /// <exception cref="TrainingException">The schedule is no such factor.</exception>
    public static RateFactor Create(LrScheduler schedule, ScheduleArguments arguments, double rate)
    {
        var (warmup, total, decay) = (arguments.Whole("num_warmup_steps", 0), arguments.Whole("num_training_steps", 0), arguments.Whole("num_decay_steps", 0));
        return schedule switch
        {
            LrScheduler.Constant => WarmupSchedules.Constant(),
            LrScheduler.ConstantWithWarmup => WarmupSchedules.ConstantWithWarmup(warmup),
            LrScheduler.Linear => WarmupSchedules.Linear(warmup, total),
            LrScheduler.Cosine => WarmupSchedules.Cosine(warmup, total, arguments.Number("num_cycles", 0.5)),
            LrScheduler.CosineWithRestarts => WaveSchedules.CosineWithRestarts(warmup, total, arguments.Whole("num_cycles", 1)),
            LrScheduler.Polynomial => WaveSchedules.Polynomial(warmup, total, arguments.Number("power", 1), rate, arguments.Number("lr_end", 1e-7)),
            LrScheduler.PiecewiseConstant => PiecewiseRules.Parse(arguments.Text("step_rules", "1")).Factor,
            LrScheduler.InverseSqrt => WaveSchedules.InverseSqrt(warmup, arguments.OptionalWhole("timescale")),
            LrScheduler.CosineWithMinLr => WaveSchedules.CosineWithFloor(warmup, total, arguments.Number("num_cycles", 0.5),
                arguments.OptionalNumber("min_lr") is { } lowest ? lowest / rate : arguments.Number("min_lr_rate", 0)),
            LrScheduler.WarmupStableDecay => new WarmupStableDecay
            {
                Warmup = warmup,
                Stable = arguments.OptionalWhole("num_stable_steps") ?? total - warmup - decay,
                Decay = decay,
                Floor = arguments.Number("min_lr_ratio", 0),
                Cycles = arguments.Number("num_cycles", 0.5),
                WarmupType = arguments.Text("warmup_type", "linear"),
                DecayType = arguments.Text("decay_type", "cosine"),
            }.Factor,
            _ => throw new TrainingException(TrainingExitCode.Invalid, $"The schedule {SettingText.Format(schedule)} is computed by the optimizer Adafactor only. Set -LrScheduler constant, or -OptimizerType Adafactor."),
        };
    }
}
