using System.Text;

namespace KohyaPS.Engine.Configuration.Import;

/// <summary>Finds the trainings that a batch file of cmd starts. Variables that are set to a plain value are filled in; nothing is run.</summary>
internal static class BatchScript
{
    /// <summary>The words of each command that starts a trainer, in order.</summary>
    internal static IReadOnlyList<IReadOnlyList<string>> Commands(string text)
    {
        var variables = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var commands = new List<IReadOnlyList<string>>();
        foreach (var line in ShellWords.JoinLines(text).Split('\n'))
        {
            var command = Expand(line.Trim().TrimStart('@'), variables);
            if (command.Length == 0 || IsSpoken(command) || Set(command, variables))
                continue;
            var words = ShellWords.Split(command);
            if (CommandLineImporter.IsTraining(words))
                commands.Add(words);
        }
        return commands;
    }

    /// <summary>Comments, and commands that only print.</summary>
    private static bool IsSpoken(string command) => command.StartsWith("::", StringComparison.Ordinal)
        || command.Split(' ', '.')[0].ToUpperInvariant() is "REM" or "ECHO" or "TITLE";

    /// <summary>set NAME=value, also with quotes around both.</summary>
    private static bool Set(string command, Dictionary<string, string> variables)
    {
        if (!command.StartsWith("set ", StringComparison.OrdinalIgnoreCase))
            return false;
        var text = command[4..].Trim();
        if (text.Length > 1 && text[0] == '"' && text[^1] == '"')
            text = text[1..^1];
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals > 0 && text[0] != '/')
            variables[text[..equals]] = text[(equals + 1)..];
        return true;
    }

    /// <summary>%NAME%; unknown ones are left as they are.</summary>
    private static string Expand(string command, Dictionary<string, string> variables)
    {
        var parts = command.Split('%');
        var expanded = new StringBuilder(parts[0]);
        for (var i = 1; i < parts.Length; i++)
        {
            var isName = i % 2 == 1 && i + 1 < parts.Length;
            if (isName && variables.TryGetValue(parts[i], out var value))
                expanded.Append(value);
            else
                expanded.Append(isName ? $"%{parts[i]}%" : parts[i]);
        }
        return ShellWords.Bounded(expanded.ToString());
    }
}
