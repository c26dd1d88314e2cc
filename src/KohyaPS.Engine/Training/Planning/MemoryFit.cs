using System.Globalization;

namespace KohyaPS.Engine.Training.Planning;

/// <summary>Chooses checkpointing and storage so that a training stays below its memory limit, known before anything is loaded.</summary>
internal static class MemoryFit
{
    private const double Gibibyte = 1L << 30;

    /// <summary>The configuration that fits, and its forecast; a limit that nothing meets is a problem.</summary>
    /// <param name="config">The settings; without a limit they stay as they are.</param>
    /// <param name="forecast">What a configuration will take.</param>
    /// <param name="problems">Takes what was changed, or why nothing fits.</param>
    public static (LoraConfig Config, MemoryForecast Forecast) Choose(LoraConfig config, Func<LoraConfig, MemoryForecast> forecast, ICollection<ConfigProblem> problems)
    {
        const string setting = nameof(RuntimeSettings.MemoryLimit);
        var first = forecast(config);
        if (config.Runtime.MemoryLimit is not { } limit)
        {
            if (first.Available > 0 && first.Total > first.Available)
                problems.Add(Excess(first));
            return (config, first);
        }
        if (first.Total <= limit * Gibibyte)
            return (config, first);
        var least = (Config: config, Forecast: first);
        foreach (var (changed, choice) in Rungs(config))
        {
            least = (changed, forecast(changed));
            if (least.Forecast.Total > limit * Gibibyte)
                continue;
            problems.Add(new(setting, $"{Amount(first.Total)} are expected, more than the limit of {Number(limit)} GiB: {choice} and {Amount(least.Forecast.Total)} remain.", "", IsWarning: true));
            return least;
        }
        problems.Add(new(setting, $"The training needs {Amount(least.Forecast.Total)} at least, with GradientCheckpointing and as little stored as its settings allow; the limit is {Number(limit)} GiB.",
            $"Lower Resolution or TrainBatchSize, set NetworkTrainUnetOnly, or raise MemoryLimit to {Number(Math.Ceiling(least.Forecast.Total / Gibibyte * 10) / 10)}."));
        return least;
    }

    private static ConfigProblem Excess(MemoryForecast forecast) => new(nameof(RuntimeSettings.MemoryLimit),
        $"{Amount(forecast.Total)} are expected, more than the {Amount(forecast.Available)} of {(forecast.IsOnCard ? "the card" : "this machine")}: memory may run out.",
        $"Set MemoryLimit to {Number(Math.Floor(forecast.Available / Gibibyte))} to have GradientCheckpointing and BaseStorage chosen to fit, or lower Resolution or TrainBatchSize.", IsWarning: true);

    // The first changes no number, so it comes first.
    private static IEnumerable<(LoraConfig Config, string Choice)> Rungs(LoraConfig config)
    {
        var checkpointed = config with { Training = config.Training with { GradientCheckpointing = true } };
        if (!config.Training.GradientCheckpointing)
            yield return (checkpointed, "GradientCheckpointing is turned on");
        if (config.Runtime.BaseStorage == BaseStorage.Int8)
            yield break;
        var packed = checkpointed with { Runtime = checkpointed.Runtime with { BaseStorage = BaseStorage.Int8 } };
        if (!packed.Validate().Any(p => !p.IsWarning && p.Setting == nameof(RuntimeSettings.BaseStorage)))
            yield return (packed, config.Training.GradientCheckpointing ? "BaseStorage int8 is chosen" : "GradientCheckpointing is turned on, BaseStorage int8 is chosen");
    }

    private static string Amount(long bytes) => $"{Number(Math.Round(bytes / Gibibyte, 1))} GiB";

    private static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
