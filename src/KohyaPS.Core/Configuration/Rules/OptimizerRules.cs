using static KohyaPS.ConfigRules;

namespace KohyaPS;

/// <summary>Learning rates and what an optimizer makes of them.</summary>
internal static class OptimizerRules
{
    private static readonly OptimizerType[] OneRateOnly =
        [OptimizerType.DAdaptation, OptimizerType.DAdaptAdamPreprint, OptimizerType.DAdaptAdam, OptimizerType.DAdaptLion, OptimizerType.DAdaptSGD, OptimizerType.Prodigy];

    private static readonly OptimizerType[] FirstRateOnly = [OptimizerType.DAdaptAdaGrad, OptimizerType.DAdaptAdan, OptimizerType.DAdaptAdanIP];

    private static readonly OptimizerType[] FindsItsRate = [.. OneRateOnly, .. FirstRateOnly];

    internal static IEnumerable<ConfigProblem> Check(LoraConfig config)
    {
        var optimizer = config.Optimizer;
        var rates = Rates(config);
        var type = optimizer.OptimizerType;
        // An optimizer that is its own schedule leaves the other one's rates aside.
        IReadOnlyList<double> own = optimizer.OwnsSchedule ? [] : ScheduleCatalogue.OwnRates(config.Schedule);
        OptimizerArguments.Read(optimizer, out var problems);
        foreach (var problem in problems)
            yield return problem;
        if (optimizer.IsRelativeStep)
            yield break;
        if (rates.All(rate => rate == 0))
            yield return Error("LearningRate", "All learning rates are 0, so nothing is learned.", "Set LearningRate, UnetLr or TextEncoderLr, such as 0.0001.");
        else if (optimizer.LearningRate == 0 && OptimizerCatalogue.Get(type).NeedsLearningRate)
            yield return Error("LearningRate", $"{type} needs a LearningRate above 0, also where UnetLr and TextEncoderLr are set.", "Set LearningRate to the same as UnetLr.");
        if (FindsItsRate.Contains(type))
        {
            foreach (var problem in DifferentRates(config, rates, own).Concat(SmallFirstRates(config)))
                yield return problem;
        }
        else if (type != OptimizerType.ProdigyPlusScheduleFree)
            yield break;
        if ((own.Count > 0 ? own : rates).FirstOrDefault(rate => rate is > 0 and <= 0.1) is > 0 and var small)
            yield return Warning(own.Count > 0 ? "LrSchedulerArgs" : "LearningRate", $"{type} finds the rate itself; learning rates are factors on it, and {SettingText.Format(small)} slows it down that much.",
                own.Count > 0 ? "Set max_lr to 1." : "Set UnetLr, TextEncoderLr and LearningRate to 1.");
    }

    // One message, one cure: some follow the first rate, the others refuse different ones in their first step.
    private static ConfigProblem Different(OptimizerType type, string setting, string message, string remedy) => FirstRateOnly.Contains(type)
        ? Warning(setting, $"{message}, but {type} takes the rate of the first part for all.", remedy)
        : Error(setting, $"{message}, but {type} finds one rate for all and needs them equal, or 0 for a part that is not trained.", remedy);

    /// <summary>What gives different rates to parameters whose optimizer estimates one step size for all.</summary>
    private static IEnumerable<ConfigProblem> DifferentRates(LoraConfig config, List<double> rates, IReadOnlyList<double> own)
    {
        var (type, optimizer, network) = (config.Optimizer.OptimizerType, config.Optimizer, config.Network);
        if (own.Distinct().Count() > 1)
            yield return Different(type, "LrSchedulerArgs", "max_lr gives the parts different rates", "Give max_lr one rate, 1.");
        if (own.Count > 0)
            yield break;
        if (rates.Where(rate => rate != 0).Distinct().Count() > 1)
            yield return Different(type, "UnetLr", "UnetLr and TextEncoderLr differ", "Set UnetLr, TextEncoderLr and LearningRate to 1.");
        foreach (var (setting, ratio) in new[] { (nameof(optimizer.LoraplusLrRatio), optimizer.LoraplusLrRatio), (nameof(optimizer.LoraplusUnetLrRatio), optimizer.LoraplusUnetLrRatio), (nameof(optimizer.LoraplusTextEncoderLrRatio), optimizer.LoraplusTextEncoderLrRatio) })
        {
            if (ratio is > 0 and not 1)
                yield return Different(type, setting, $"{setting} gives the up matrices another rate", "Leave it out.");
        }
        if (network.HasBlockRates)
            yield return Different(type, network.DownLrWeight is not null ? nameof(network.DownLrWeight) : network.MidLrWeight is not null ? nameof(network.MidLrWeight) : nameof(network.UpLrWeight), "Factors for blocks give them different rates", "Leave out DownLrWeight, MidLrWeight and UpLrWeight.");
    }

    /// <summary>Schedules that begin with rates far below the highest, which an estimate of the step size takes for steps that were too small.</summary>
    private static IEnumerable<ConfigProblem> SmallFirstRates(LoraConfig config)
    {
        var (type, schedule) = (config.Optimizer.OptimizerType, config.Schedule);
        if (SafeguardsWarmup(config.Optimizer))
            yield break;
        if (ScheduleCatalogue.OwnRates(schedule).Count > 0)
            yield return Warning("LrSchedulerType", $"{schedule.LrSchedulerType} begins with small rates, which disturb the estimate of {type}; it begins with tiny steps by itself.",
                type == OptimizerType.Prodigy ? "Leave LrSchedulerType out; or keep it and add safeguard_warmup=True to OptimizerArgs." : "Leave LrSchedulerType out.");
        else if (schedule is { HasWarmup: true, EffectiveWarmup.Value: > 0 })
            yield return Warning("LrWarmupSteps", $"A warm-up begins with a rate of 0, so that {type} learns nothing in its first step, and the small rates after it disturb its estimate; it begins with tiny steps by itself.",
                type == OptimizerType.Prodigy ? "Set LrWarmupSteps to 0; or keep it and add safeguard_warmup=True to OptimizerArgs." : "Set LrWarmupSteps to 0.");
    }

    /// <summary>Whether the estimate leaves the small rates of a warm-up out of account.</summary>
    private static bool SafeguardsWarmup(OptimizerSettings optimizer) =>
        OptimizerArguments.Read(optimizer, out _) is var arguments && arguments.Has("safeguard_warmup") && arguments.Flag("safeguard_warmup");

    /// <summary>The rates of the parts that are trained.</summary>
    private static List<double> Rates(LoraConfig config)
    {
        var rates = new List<double>();
        if (!config.Network.NetworkTrainTextEncoderOnly)
            rates.Add(config.Optimizer.UnetLr ?? config.Optimizer.LearningRate);
        if (!config.Network.NetworkTrainUnetOnly)
            rates.Add(config.Optimizer.TextEncoderLr ?? config.Optimizer.LearningRate);
        return rates;
    }
}
