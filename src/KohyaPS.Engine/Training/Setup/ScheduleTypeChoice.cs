using KohyaPS.Engine.Training.Schedules;

namespace KohyaPS.Engine.Training.Setup;

/// <summary>The classes of torch.optim.lr_scheduler and the functions of transformers and diffusers that LrSchedulerType can name; they get LrSchedulerArgs and nothing else.</summary>
internal static class ScheduleTypeChoice
{
    /// <summary>Makes the schedule.</summary>
    /// <param name="type">Its name, with or without module.</param>
    /// <param name="arguments">Its arguments, checked.</param>
    /// <param name="rate">The optimizer's own rate.</param>
    public static LearningRateSchedule Create(string type, ScheduleArguments arguments, double rate) => ScheduleCatalogue.ShortName(type) switch
    {
        "StepLR" => TorchSchedules.Step(arguments.Whole("step_size", 1), arguments.Number("gamma", 0.1)),
        "MultiStepLR" => TorchSchedules.MultiStep([.. (arguments.Numbers("milestones") ?? []).Select(m => (int)m)], arguments.Number("gamma", 0.1)),
        "ExponentialLR" => TorchSchedules.Exponential(arguments.Number("gamma", 1)),
        "ConstantLR" => TorchSchedules.Constant(arguments.Number("factor", 1.0 / 3), arguments.Whole("total_iters", 5)),
        "LinearLR" => TorchSchedules.Linear(arguments.Number("start_factor", 1.0 / 3), arguments.Number("end_factor", 1), arguments.Whole("total_iters", 5)),
        "PolynomialLR" => TorchSchedules.Polynomial(arguments.Whole("total_iters", 5), arguments.Number("power", 1)),
        "CosineAnnealingLR" => TorchSchedules.CosineAnnealing(arguments.Whole("T_max", 1), arguments.Number("eta_min", 0)),
        "CosineAnnealingWarmRestarts" => new CosineWarmRestarts(arguments.Whole("T_0", 1), arguments.Whole("T_mult", 1), arguments.Number("eta_min", 0)),
        "OneCycleLR" => OneCycle(arguments),
        "CyclicLR" => Cyclic(arguments),
        var function => new FactorSchedule(FactorChoice.Create(Named(function), arguments, rate)),
    };

    private static OneCycle OneCycle(ScheduleArguments arguments) => new(new()
    {
        MaximumRates = arguments.Numbers("max_lr")!,
        Total = ScheduleCatalogue.OneCycleSteps(arguments)!.Value,
        RisingShare = arguments.Number("pct_start", 0.3),
        IsLinear = arguments.Text("anneal_strategy", "cos") == "linear",
        StartDivisor = arguments.Number("div_factor", 25),
        EndDivisor = arguments.Number("final_div_factor", 1e4),
        HasThreePhases = arguments.Flag("three_phase", false),
        Momentum = Momentum(arguments, 0.85, 0.95),
    });

    private static Cyclic Cyclic(ScheduleArguments arguments) => new(new()
    {
        LowestRates = arguments.Numbers("base_lr")!,
        HighestRates = arguments.Numbers("max_lr")!,
        Up = arguments.Whole("step_size_up", 2000),
        Down = arguments.OptionalWhole("step_size_down"),
        Mode = arguments.Text("mode", "triangular"),
        Gamma = arguments.Number("gamma", 1),
        Momentum = Momentum(arguments, 0.8, 0.9),
    });

    private static (double, double)? Momentum(ScheduleArguments arguments, double lowest, double highest) => arguments.Flag("cycle_momentum", true)
        ? (arguments.Number("base_momentum", lowest), arguments.Number("max_momentum", highest))
        : null;

    // The schedules that are functions there have names here.
    private static LrScheduler Named(string function) => function switch
    {
        "get_constant_schedule" => LrScheduler.Constant,
        "get_constant_schedule_with_warmup" => LrScheduler.ConstantWithWarmup,
        "get_linear_schedule_with_warmup" => LrScheduler.Linear,
        "get_cosine_schedule_with_warmup" => LrScheduler.Cosine,
        "get_cosine_with_hard_restarts_schedule_with_warmup" => LrScheduler.CosineWithRestarts,
        "get_polynomial_decay_schedule_with_warmup" => LrScheduler.Polynomial,
        "get_piecewise_constant_schedule" => LrScheduler.PiecewiseConstant,
        "get_inverse_sqrt_schedule" => LrScheduler.InverseSqrt,
        "get_cosine_with_min_lr_schedule_with_warmup" => LrScheduler.CosineWithMinLr,
        "get_wsd_schedule" => LrScheduler.WarmupStableDecay,
        _ => throw new TrainingException(TrainingExitCode.Invalid, $"There is no schedule '{function}'. Set LrSchedulerType to one of {string.Join(", ", ScheduleCatalogue.ClassNames)}."),
    };
}
