namespace KohyaPS;

/// <summary>The arguments that learning-rate schedules know beyond the settings, by the names of the originals.</summary>
internal static class ScheduleCatalogue
{
    // Accepted by every function and class; resuming is not done through it here.
    private static readonly ScheduleArgument LastEpoch = new("last_epoch", ScheduleArgumentKind.Whole, "-1") { Minimum = -1, Maximum = -1 };
    private static readonly ScheduleArgument Cycles = new("num_cycles", ScheduleArgumentKind.Number, "0.5");
    private static readonly ScheduleArgument WholeCycles = new("num_cycles", ScheduleArgumentKind.Whole, "2") { Minimum = 0 };
    private static readonly ScheduleArgument LastRate = new("lr_end", ScheduleArgumentKind.Number, "1e-7");
    private static readonly ScheduleArgument LowestRate = new("min_lr", ScheduleArgumentKind.Number, "1e-6");
    private static readonly ScheduleArgument LowestShare = new("min_lr_rate", ScheduleArgumentKind.Number, "0.1");
    private static readonly ScheduleArgument StepRules = new("step_rules", ScheduleArgumentKind.Text, "'1:100,0.1'") { IsRequired = true };
    private static readonly ScheduleArgument Warmup = new("num_warmup_steps", ScheduleArgumentKind.Whole, "100") { IsRequired = true, Minimum = 0 };
    private static readonly ScheduleArgument Total = new("num_training_steps", ScheduleArgumentKind.Whole, "1000") { IsRequired = true, Minimum = 0 };
    private static readonly ScheduleArgument Power = new("power", ScheduleArgumentKind.Number, "1.0");
    private static readonly ScheduleArgument Gamma = new("gamma", ScheduleArgumentKind.Number, "0.1");
    private static readonly ScheduleArgument Iterations = new("total_iters", ScheduleArgumentKind.Whole, "100") { Minimum = 1 };
    private static readonly string[] Modules = ["", "torch.optim.lr_scheduler.", "transformers.", "transformers.optimization.", "diffusers.optimization."];
    private static readonly string[] Shapes = ["linear", "cosine", "1-sqrt"];

    /// <summary>Arguments of the named schedules: those that no setting passes.</summary>
    public static IReadOnlyList<ScheduleArgument> Of(LrScheduler schedule) => schedule switch
    {
        LrScheduler.Cosine => [Cycles, LastEpoch],
        LrScheduler.Polynomial => [LastRate, LastEpoch],
        LrScheduler.PiecewiseConstant => [StepRules, LastEpoch],
        LrScheduler.CosineWithMinLr => [LowestRate, LastEpoch],
        LrScheduler.WarmupStableDecay => [.. Types("linear", "cosine"), LastEpoch],
        LrScheduler.Adafactor => [],
        _ => [LastEpoch],
    };

    /// <summary>Arguments of the classes and functions that LrSchedulerType can name; null for others.</summary>
    /// <param name="type">The name, with or without the module that a Python program finds it in.</param>
    public static IReadOnlyList<ScheduleArgument>? Of(string type) =>
        Modules.Contains(type[..(type.LastIndexOf('.') + 1)]) && Classes.TryGetValue(ShortName(type), out var known) ? known : null;

    /// <summary>A name that is known but for its case, as Python spells it; others as they are.</summary>
    public static string Spelt(string type)
    {
        var dot = type.LastIndexOf('.') + 1;
        return Array.Find(Modules, m => m.Equals(type[..dot], StringComparison.OrdinalIgnoreCase)) is { } module && ClassNames.FirstOrDefault(c => c.Equals(type[dot..], StringComparison.OrdinalIgnoreCase)) is { } name
            ? module + name
            : type;
    }

    /// <summary>The name without its module.</summary>
    public static string ShortName(string type) => type[(type.LastIndexOf('.') + 1)..];

    /// <summary>The rates that a class gives to the groups in place of their own: none for most.</summary>
    public static IReadOnlyList<double> OwnRates(ScheduleSettings settings) =>
        settings.LrSchedulerType is { } type && ShortName(type) is "OneCycleLR" or "CyclicLR" ? Read(settings).Numbers("max_lr") ?? [] : [];

    /// <summary>The arguments of a configuration, with all that is wrong with them.</summary>
    public static ScheduleArguments Read(ScheduleSettings settings)
    {
        if (settings.LrSchedulerType is not { } type)
            return new($"The schedule {SettingText.Format(settings.LrScheduler)}", settings.LrSchedulerArgs, Of(settings.LrScheduler));
        return new(type, settings.LrSchedulerArgs, Of(type) ?? []);
    }

    /// <summary>The setting that takes the place of an argument which sd-scripts passes itself; null for other names.</summary>
    public static string? SettingFor(string argument) => argument switch
    {
        "num_warmup_steps" => nameof(ScheduleSettings.LrWarmupSteps),
        "num_decay_steps" => nameof(ScheduleSettings.LrDecaySteps),
        "num_cycles" => nameof(ScheduleSettings.LrSchedulerNumCycles),
        "power" => nameof(ScheduleSettings.LrSchedulerPower),
        "timescale" => nameof(ScheduleSettings.LrSchedulerTimescale),
        "min_lr_rate" or "min_lr_ratio" => nameof(ScheduleSettings.LrSchedulerMinLrRatio),
        "num_training_steps" or "num_stable_steps" => nameof(TrainingSettings.MaxTrainSteps),
        _ => null,
    };

    /// <summary>The length that OneCycleLR is told; null when it is told none.</summary>
    public static long? OneCycleSteps(ScheduleArguments arguments) => arguments.OptionalWhole("total_steps")
        ?? (long?)arguments.OptionalWhole("epochs") * arguments.OptionalWhole("steps_per_epoch");

    /// <summary>All names that <see cref="Of(string)"/> knows.</summary>
    public static IEnumerable<string> ClassNames => Classes.Keys;

    private static ScheduleArgument[] Types(string warmup, string decay) =>
    [
        new("warmup_type", ScheduleArgumentKind.Text, $"'{warmup}'") { Choices = Shapes },
        new("decay_type", ScheduleArgumentKind.Text, $"'{decay}'") { Choices = Shapes },
    ];

    private static readonly Dictionary<string, IReadOnlyList<ScheduleArgument>> Classes = new(StringComparer.Ordinal)
    {
        ["StepLR"] = [new("step_size", ScheduleArgumentKind.Whole, "100") { IsRequired = true, Minimum = 1 }, Gamma, LastEpoch],
        ["MultiStepLR"] = [new("milestones", ScheduleArgumentKind.WholeList, "[100,200]") { IsRequired = true }, Gamma, LastEpoch],
        ["ExponentialLR"] = [Gamma with { IsRequired = true, Example = "0.99" }, LastEpoch],
        ["ConstantLR"] = [new("factor", ScheduleArgumentKind.Number, "0.5") { Above = 0, Maximum = 1 }, Iterations with { Minimum = 0 }, LastEpoch],
        ["LinearLR"] = [new("start_factor", ScheduleArgumentKind.Number, "0.1") { Above = 0, Maximum = 1 }, new("end_factor", ScheduleArgumentKind.Number, "1.0") { Minimum = 0, Maximum = 1 }, Iterations, LastEpoch],
        ["PolynomialLR"] = [Iterations, Power, LastEpoch],
        ["CosineAnnealingLR"] = [new("T_max", ScheduleArgumentKind.Whole, "1000") { IsRequired = true, Minimum = 1 }, new("eta_min", ScheduleArgumentKind.Number, "0.0"), LastEpoch],
        ["CosineAnnealingWarmRestarts"] =
            [new("T_0", ScheduleArgumentKind.Whole, "100") { IsRequired = true, Minimum = 1 }, new("T_mult", ScheduleArgumentKind.Whole, "2") { Minimum = 1 }, new("eta_min", ScheduleArgumentKind.Number, "0.0"), LastEpoch],
        ["OneCycleLR"] =
        [
            new("max_lr", ScheduleArgumentKind.NumberOrList, "1e-3") { IsRequired = true },
            new("total_steps", ScheduleArgumentKind.Whole, "1000") { AllowsNone = true, Minimum = 1 },
            new("epochs", ScheduleArgumentKind.Whole, "10") { AllowsNone = true, Minimum = 1 },
            new("steps_per_epoch", ScheduleArgumentKind.Whole, "100") { AllowsNone = true, Minimum = 1 },
            new("pct_start", ScheduleArgumentKind.Number, "0.3") { Minimum = 0, Maximum = 1 },
            new("anneal_strategy", ScheduleArgumentKind.Text, "'cos'") { Choices = ["cos", "linear"] },
            new("cycle_momentum", ScheduleArgumentKind.Flag, "False"),
            new("base_momentum", ScheduleArgumentKind.NumberOrList, "0.85"),
            new("max_momentum", ScheduleArgumentKind.NumberOrList, "0.95"),
            new("div_factor", ScheduleArgumentKind.Number, "25") { Above = 0 },
            new("final_div_factor", ScheduleArgumentKind.Number, "1e4") { Above = 0 },
            new("three_phase", ScheduleArgumentKind.Flag, "True"),
            LastEpoch,
        ],
        ["CyclicLR"] =
        [
            new("base_lr", ScheduleArgumentKind.NumberOrList, "1e-5") { IsRequired = true },
            new("max_lr", ScheduleArgumentKind.NumberOrList, "1e-4") { IsRequired = true },
            new("step_size_up", ScheduleArgumentKind.Whole, "100") { Minimum = 1 },
            new("step_size_down", ScheduleArgumentKind.Whole, "100") { AllowsNone = true, Minimum = 1 },
            new("mode", ScheduleArgumentKind.Text, "'triangular'") { Choices = ["triangular", "triangular2", "exp_range"] },
            Gamma with { Example = "1.0" },
            new("scale_mode", ScheduleArgumentKind.Text, "'cycle'") { Choices = ["cycle", "iterations"] },
            new("cycle_momentum", ScheduleArgumentKind.Flag, "False"),
            new("base_momentum", ScheduleArgumentKind.NumberOrList, "0.8"),
            new("max_momentum", ScheduleArgumentKind.NumberOrList, "0.9"),
            LastEpoch,
        ],
        ["get_constant_schedule"] = [LastEpoch],
        ["get_constant_schedule_with_warmup"] = [Warmup, LastEpoch],
        ["get_linear_schedule_with_warmup"] = [Warmup, Total, LastEpoch],
        ["get_cosine_schedule_with_warmup"] = [Warmup, Total, Cycles, LastEpoch],
        ["get_cosine_with_hard_restarts_schedule_with_warmup"] = [Warmup, Total, WholeCycles, LastEpoch],
        ["get_polynomial_decay_schedule_with_warmup"] = [Warmup, Total, LastRate, Power, LastEpoch],
        ["get_piecewise_constant_schedule"] = [StepRules, LastEpoch],
        ["get_inverse_sqrt_schedule"] = [Warmup, new("timescale", ScheduleArgumentKind.Whole, "10000") { AllowsNone = true, Minimum = 1 }, LastEpoch],
        ["get_cosine_with_min_lr_schedule_with_warmup"] =
            [Warmup, Total, Cycles, LowestRate with { AllowsNone = true }, LowestShare with { AllowsNone = true }, LastEpoch],
        ["get_wsd_schedule"] =
        [
            Warmup, new("num_decay_steps", ScheduleArgumentKind.Whole, "100") { IsRequired = true, Minimum = 0 },
            Total with { IsRequired = false, AllowsNone = true }, new("num_stable_steps", ScheduleArgumentKind.Whole, "800") { AllowsNone = true, Minimum = 0 },
            .. Types("linear", "cosine"), new("min_lr_ratio", ScheduleArgumentKind.Number, "0.1") { Minimum = 0 }, Cycles, LastEpoch,
        ],
    };
}
