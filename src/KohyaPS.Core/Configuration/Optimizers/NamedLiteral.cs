namespace KohyaPS;

/// <summary>Arguments as sd-scripts takes them, name=value with a Python literal.</summary>
internal static class NamedLiteral
{
    /// <summary>Splits an argument at its one equals sign and reads the value.</summary>
    /// <exception cref="FormatException">It has no equals sign or several, or its value is no literal.</exception>
    public static KeyValuePair<string, object?> Parse(string text)
    {
        var parts = text.Split('=');
        return parts.Length switch
        {
            1 => throw new FormatException("it has no equals sign"),
            2 => new(parts[0], PythonLiteral.Parse(parts[1])),
            _ => throw new FormatException("it has more than one equals sign"),
        };
    }

    /// <summary>The same for a setting: what is wrong becomes a problem with a cure.</summary>
    /// <param name="text">The argument.</param>
    /// <param name="setting">The setting that holds it.</param>
    /// <param name="example">An argument as it should be.</param>
    /// <param name="problems">Where a problem is added.</param>
    /// <param name="name">The name.</param>
    /// <param name="value">The value.</param>
    public static bool TryParse(string text, string setting, string example, ICollection<ConfigProblem> problems, out string name, out object? value)
    {
        (name, value) = ("", null);
        try
        {
            (name, value) = Parse(text);
            return true;
        }
        catch (FormatException error)
        {
            problems.Add(ConfigRules.Error(setting, $"'{text}' in {setting} is not name=value: {error.Message}.", Several(text) ?? $"Write it as {Capitalised(text) ?? example}."));
            return false;
        }
    }

    // Arguments in a row, as the GUI's field holds them.
    private static string? Several(string text) => ArgumentText.Split(text) is { Count: > 1 } words && words.All(word => word.Contains('=', StringComparison.Ordinal))
        ? $"Give each as a text of its own: {string.Join(", ", words.Select(word => $"'{word}'"))}."
        : null;

    // Python's words in the case of other languages.
    private static string? Capitalised(string text) => text.Split('=') is [var name, var value] && Array.Find(["True", "False", "None"], word => word.Equals(value.Trim(), StringComparison.OrdinalIgnoreCase)) is { } word
        ? $"{name}={word}"
        : null;
}
