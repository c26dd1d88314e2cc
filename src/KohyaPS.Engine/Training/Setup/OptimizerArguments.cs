using System.Globalization;

namespace KohyaPS.Engine.Training.Setup;

/// <summary>The key=value arguments of an optimizer; each is taken once, and what nobody takes is refused.</summary>
internal sealed class OptimizerArguments
{
    private readonly Dictionary<string, string> rest;
    private readonly List<string> known = [];

    private OptimizerArguments(Dictionary<string, string> rest) => this.rest = rest;

    /// <summary>Splits the arguments.</summary>
    /// <exception cref="TrainingException">One has no equals sign, or stands there twice.</exception>
    public static OptimizerArguments Parse(IReadOnlyList<string> arguments)
    {
        var parsed = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var argument in arguments)
        {
            var equals = argument.IndexOf('=', StringComparison.Ordinal);
            if (equals < 1)
                throw Refuse($"'{argument}' in OptimizerArgs has no name and value.", "Write it as name=value, such as weight_decay=0.1.");
            if (!parsed.TryAdd(argument[..equals].Trim(), argument[(equals + 1)..].Trim()))
                throw Refuse($"'{argument[..equals]}' stands in OptimizerArgs twice.", "Give it once.");
        }
        return new(parsed);
    }

    /// <summary>A number.</summary>
    public double Number(string name, double otherwise) => Take(name) is { } text ? Number(name, text) : otherwise;

    /// <summary>Two numbers with a comma, in brackets or without.</summary>
    public (double First, double Second) Pair(string name, (double, double) otherwise)
    {
        if (Take(name) is not { } text)
            return otherwise;
        var parts = text.Trim('(', ')', '[', ']').Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return parts.Length == 2
            ? (Number(name, parts[0]), Number(name, parts[1]))
            : throw Refuse($"{name}={text} in OptimizerArgs is no pair of numbers.", $"Write {name}=0.9,0.999.");
    }

    /// <summary>True or False.</summary>
    public bool Flag(string name, bool otherwise) => Take(name) is not { } text
        ? otherwise
        : bool.TryParse(text, out var flag) ? flag : throw Refuse($"{name}={text} in OptimizerArgs is neither True nor False.", $"Write {name}=True.");

    /// <summary>Refuses arguments that the optimizer does not know.</summary>
    public void RefuseRest(OptimizerType optimizer)
    {
        if (rest.Keys.FirstOrDefault() is not { } name)
            return;
        var nearest = NearestName.Find(name, known);
        throw Refuse($"{optimizer} has no argument '{name}'.", nearest is null ? $"It knows {string.Join(", ", known)}." : $"Did you mean {nearest}?");
    }

    private string? Take(string name)
    {
        known.Add(name);
        return rest.Remove(name, out var text) ? text : null;
    }

    private static double Number(string name, string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
        ? number
        : throw Refuse($"{name}={text} in OptimizerArgs is no number.", "Write numbers with a point, such as 0.1 or 1e-8.");

    private static TrainingException Refuse(string problem, string remedy) => new(TrainingExitCode.Invalid, $"{problem} {remedy}");
}
