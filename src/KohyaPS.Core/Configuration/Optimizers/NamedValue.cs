using System.Collections;

namespace KohyaPS;

/// <summary>Arguments of optimizers and schedules, written as sd-scripts takes them: name=value with a Python literal.</summary>
public static class NamedValue
{
    /// <summary>
    /// Writes one argument: True and False as in Python, lists with commas, and text that is no literal yet in quotes, so that
    /// <c>0.9,0.999</c> and <c>True</c> stay what they are and <c>1:10,0.1</c> becomes text.
    /// </summary>
    /// <param name="name">The argument.</param>
    /// <param name="value">A number, a truth value, a text, a list of them, or null for None.</param>
    public static string Write(string name, object? value) => $"{name}={Literal(value)}";

    private static string Literal(object? value) => value switch
    {
        null => "None",
        bool flag => flag ? "True" : "False",
        string text when bool.TryParse(text, out var flag) => Literal(flag),
        string text => PythonLiteral.IsLiteral(text) ? text : PythonLiteral.Print(new PythonSequence([text], IsList: true))[1..^1],
        IEnumerable items => string.Join(',', items.Cast<object?>().Select(Literal)),
        _ => SettingText.Format(value),
    };
}
