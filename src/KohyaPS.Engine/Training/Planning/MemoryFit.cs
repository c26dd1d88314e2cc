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
        if (config.Runtime.MemoryLimit is not { } limit || first.Total <= limit * Gibibyte)
            return Told(config, first);
        var least = (Config: config, Forecast: first);
        foreach (var (changed, choice) in Rungs(config))
        {
            least = (changed, forecast(changed));
            if (least.Forecast.Total > limit * Gibibyte)
                continue;
            problems.Add(new(setting, $"{Amount(first.Total)} are expected, more than the limit of {Number(limit)} GiB: {choice} and {Amount(least.Forecast.Total)} remain.", "", IsWarning: true));
            return Told(least.Config, least.Forecast);
        }
        problems.Add(new(setting, $"The training needs {Amount(least.Forecast.Total)} at least, with GradientCheckpointing and as little stored as its settings allow; the limit is {Number(limit)} GiB.",
            $"{Smaller(config)}, or raise MemoryLimit to {Number(Math.Ceiling(least.Forecast.Total / Gibibyte * 10) / 10)}."));
        return least;

        (LoraConfig, MemoryForecast) Told(LoraConfig chosen, MemoryForecast expected)
        {
            if (expected.Available > 0 && expected.Total > expected.Available)
            {
                var most = Math.Floor(expected.Available / Gibibyte);
                var cure = Rungs(chosen).Any(r => forecast(r.Config).Total <= most * Gibibyte)
                    ? $"Set MemoryLimit to {Number(most)} to have GradientCheckpointing and BaseStorage chosen to fit. Or: {Smaller(chosen)}."
                    : $"{Smaller(chosen)}.";
                problems.Add(new(setting, $"{Amount(expected.Total)} are expected, more than the {Amount(expected.Available)} of {(expected.IsOnCard ? "the card" : "this machine")}: memory may run out.", cure, IsWarning: true));
            }
            return (chosen, expected);
        }
    }

    private static string Smaller(LoraConfig config) => "Lower Resolution or TrainBatchSize" + (config.Network.NetworkTrainUnetOnly ? "" : ", set NetworkTrainUnetOnly");

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
