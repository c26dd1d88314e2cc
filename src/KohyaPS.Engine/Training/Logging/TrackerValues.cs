namespace KohyaPS.Engine.Training.Logging;

/// <summary>The values of a step under the names that sd-scripts gives them in TensorBoard, so that runs of both can be compared there.</summary>
internal static class TrackerValues
{
    /// <summary>The scalars of one step.</summary>
    /// <param name="step">The step.</param>
    /// <param name="trainsUnetOnly">Whether the text encoder has no adapters by setting; it decides how groups are numbered.</param>
    public static IReadOnlyDictionary<string, double> Of(StepDone step, bool trainsUnetOnly)
    {
        var values = new Dictionary<string, double> { ["loss/current"] = step.Loss, ["loss/average"] = step.AverageLoss };
        if (step.AdapterNorms is { } norms)
        {
            values["max_norm/keys_scaled"] = norms.KeysScaled;
            values["max_norm/max_key_norm"] = norms.Largest;
            values["norm/avg_key_norm"] = norms.Mean;
        }
        var groups = step.LearningRates.Select(r => (Name: r.Key, Rate: r.Value, Effective: step.EffectiveRates?.GetValueOrDefault(r.Key))).ToList();
        foreach (var (name, rate, effective) in groups)
            Add(values, name, rate, effective);
        // Groups are also there by number, the first as the text encoder unless only the U-Net is trained: so sd-scripts has it.
        for (var i = 0; i < groups.Count; i++)
        {
            if (i == 0 && !trainsUnetOnly)
                values["lr/textencoder"] = groups[0].Rate;
            else
                Add(values, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"group{i}"), groups[i].Rate, groups[i].Effective);
        }
        return values;
    }

    private static void Add(Dictionary<string, double> values, string group, double rate, double? effective)
    {
        values[$"lr/{group}"] = rate;
        if (effective is { } step)
            values[$"lr/d*lr/{group}"] = step;
    }
}
