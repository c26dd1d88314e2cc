using System.Globalization;

namespace KohyaPS;

/// <summary>The rules of the schedule piecewise_constant, by absolute steps: <c>1:10,0.1:20,0.01</c> is 1 before step 10, 0.1 before step 20, then 0.01.</summary>
internal sealed class PiecewiseRules
{
    private readonly SortedDictionary<long, double> levels = [];
    private readonly double last;

    private PiecewiseRules(string[] rules)
    {
        foreach (var rule in rules[..^1])
        {
            var pair = rule.Split(':', StringSplitOptions.TrimEntries);
            if (pair.Length != 2 || !long.TryParse(pair[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var step))
                throw new FormatException($"'{rule}' is not factor:step");
            levels[step] = Number(pair[0]);
        }
        last = Number(rules[^1]);
    }

    /// <summary>Reads rules; their order does not matter, and of two with the same step the later one holds.</summary>
    /// <exception cref="FormatException">The text is no list of rules.</exception>
    public static PiecewiseRules Parse(string rules) => new(rules.Split(',', StringSplitOptions.TrimEntries));

    /// <summary>The factor on the learning rates.</summary>
    /// <param name="step">Steps done so far.</param>
    public double Factor(long step)
    {
        foreach (var (end, level) in levels)
        {
            if (step < end)
                return level;
        }
        return last;
    }

    private static double Number(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var factor) && double.IsFinite(factor)
        ? factor
        : throw new FormatException($"'{text}' is no factor");
}
