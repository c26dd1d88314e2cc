using System.Collections;
using System.Globalization;

namespace KohyaPS;

/// <summary>The validity rules of a configuration, all of them checked every time.</summary>
internal static class ConfigRules
{
    internal static IEnumerable<ConfigProblem> Check(LoraConfig config) =>
        SettingCatalogue.All.SelectMany(setting => Range(setting, setting.Read(config)))
            .Concat(AvailabilityRules.Check(config))
            .Concat(ModelRules.Check(config))
            .Concat(DatasetRules.Check(config))
            .Concat(NetworkRules.Check(config))
            .Concat(OptimizerRules.Check(config))
            .Concat(ScheduleRules.Check(config))
            .Concat(ObjectiveRules.Check(config))
            .Concat(SavingRules.Check(config))
            .Concat(RuntimeRules.Check(config));

    /// <summary>Values outside the limits that the setting's attribute states.</summary>
    private static IEnumerable<ConfigProblem> Range(Setting setting, object? value)
    {
        if (value is IEnumerable items and not string)
        {
            foreach (var problem in items.Cast<object?>().SelectMany(item => Range(setting, item)).Take(1))
                yield return problem;
            yield break;
        }
        if (value is not (int or long or double))
            yield break;
        var number = Convert.ToDouble(value, CultureInfo.InvariantCulture);
        var text = SettingText.Format(value);
        if (setting.Choices.Count > 0 && !setting.Choices.Contains(text))
            yield return new(setting.Name, $"{setting.Name} is {text}, which is none of {string.Join(", ", setting.Choices)}.", $"Set it to one of {string.Join(", ", setting.Choices)}.");
        else if (!(number >= setting.Minimum && number <= setting.Maximum && number < setting.Below))
            yield return new(setting.Name, $"{setting.Name} is {text}; valid is {Limits(setting)}.", $"Set it to a value {Limits(setting)}.");
    }

    /// <summary>Something that the training cannot do.</summary>
    internal static ConfigProblem Error(string setting, string message, string remedy) => new(setting, message, remedy);

    /// <summary>Something that the training does, but not as one may think.</summary>
    internal static ConfigProblem Warning(string setting, string message, string remedy) => new(setting, message, remedy, IsWarning: true);

    private static string Limits(Setting setting)
    {
        var from = SettingText.Format(setting.Minimum);
        if (double.IsFinite(setting.Below))
            return $"from {from} to less than {SettingText.Format(setting.Below)}";
        return double.IsFinite(setting.Maximum) ? $"from {from} to {SettingText.Format(setting.Maximum)}" : $"from {from} on";
    }
}
