using System.Globalization;

namespace KohyaPS.Engine.Configuration;

/// <summary>Collects everything that is wrong with a file, so that the user sees all of it at once.</summary>
internal sealed class ConfigErrors(string source)
{
    private const int MaximumShown = 20;
    private readonly List<string> problems = [];

    internal void Add(int line, string problem) =>
        problems.Add(line > 0 ? $"line {line.ToString(CultureInfo.InvariantCulture)}: {problem}" : problem);

    /// <exception cref="ConfigFormatException">Something was wrong.</exception>
    internal void ThrowIfAny()
    {
        if (problems.Count == 0)
            return;
        var shown = problems.Take(MaximumShown);
        var rest = problems.Count > MaximumShown ? string.Create(CultureInfo.InvariantCulture, $"\n  and {problems.Count - MaximumShown} more") : "";
        throw new ConfigFormatException(problems.Count == 1
            ? $"'{source}', {problems[0]}"
            : string.Create(CultureInfo.InvariantCulture, $"'{source}' has {problems.Count} problems:\n  ") + string.Join("\n  ", shown) + rest);
    }
}
