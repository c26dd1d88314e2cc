using static KohyaPS.ConfigRules;

namespace KohyaPS;

/// <summary>Learning rates and what an optimizer makes of them.</summary>
internal static class OptimizerRules
{
    private static readonly OptimizerType[] OneRateOnly =
        [OptimizerType.DAdaptation, OptimizerType.DAdaptAdamPreprint, OptimizerType.DAdaptAdam, OptimizerType.DAdaptLion, OptimizerType.DAdaptSGD, OptimizerType.Prodigy];

    private static readonly OptimizerType[] FindsItsRate = [.. OneRateOnly, OptimizerType.DAdaptAdaGrad, OptimizerType.DAdaptAdan, OptimizerType.DAdaptAdanIP];

    internal static IEnumerable<ConfigProblem> Check(LoraConfig config)
    {
        var optimizer = config.Optimizer;
        var rates = Rates(config);
        OptimizerArguments.Read(optimizer, out var problems);
        foreach (var problem in problems)
            yield return problem;
        if (optimizer.IsRelativeStep)
            yield break;
        if (rates.All(rate => rate == 0))
            yield return Error("LearningRate", "All learning rates are 0, so nothing is learned.", "Set LearningRate, UnetLr or TextEncoderLr, such as 0.0001.");
        else if (optimizer.LearningRate == 0 && OptimizerCatalogue.Get(optimizer.OptimizerType).NeedsLearningRate)
            yield return Error("LearningRate", $"{optimizer.OptimizerType} needs a LearningRate above 0, also where UnetLr and TextEncoderLr are set.", "Set LearningRate to the same as UnetLr.");
        if (OneRateOnly.Contains(optimizer.OptimizerType) && rates.Where(rate => rate != 0).Distinct().Count() > 1)
            yield return Error("UnetLr", $"{optimizer.OptimizerType} finds one rate for all and needs UnetLr and TextEncoderLr equal, or one of them 0.", "Set UnetLr, TextEncoderLr and LearningRate to 1.");
        if (FindsItsRate.Contains(optimizer.OptimizerType) && rates.Any(rate => rate is > 0 and <= 0.1))
            yield return Warning("LearningRate", $"{optimizer.OptimizerType} finds the rate itself; learning rates are factors on it, and {SettingText.Format(rates.First(rate => rate is > 0 and <= 0.1))} slows it down that much.", "Set UnetLr, TextEncoderLr and LearningRate to 1.");
    }

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
