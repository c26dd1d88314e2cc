using System.Text;

namespace KohyaPS.Engine.Configuration.Import;

/// <summary>
/// Finds the commands of a trainer in a batch file or a shell script. Variables that the script sets to a plain value are filled in; nothing is run.
/// </summary>
internal static class LaunchScript
{
    /// <summary>The words of each command that starts a trainer, in order.</summary>
    internal static IReadOnlyList<IReadOnlyList<string>> Commands(string text, bool isBatch)
    {
        var variables = new Dictionary<string, string>(isBatch ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);
        var commands = new List<IReadOnlyList<string>>();
        foreach (var line in ShellWords.JoinLines(text).Split('\n'))
        {
            var command = line.Trim();
            if (command.Length == 0 || IsComment(command, isBatch))
                continue;
            var expanded = isBatch ? ExpandBatch(command, variables) : ExpandShell(command, variables);
            if (isBatch ? SetBatch(expanded, variables) : SetShell(expanded, variables))
                continue;
            var words = ShellWords.Split(expanded);
            if (CommandLineImporter.IsTraining(words) && !IsSpoken(words[0]))
                commands.Add(words);
        }
        return commands;
    }

    private static bool IsComment(string command, bool isBatch) => isBatch
        ? command.StartsWith("rem ", StringComparison.OrdinalIgnoreCase) || command.StartsWith("::", StringComparison.Ordinal)
        : command.StartsWith('#');

    /// <summary>Commands that only print.</summary>
    private static bool IsSpoken(string word) => word.TrimStart('@').Equals("echo", StringComparison.OrdinalIgnoreCase) || word == "printf";

    /// <summary>set NAME=value, also with quotes around both.</summary>
    private static bool SetBatch(string command, Dictionary<string, string> variables)
    {
        var text = command.TrimStart('@');
        if (!text.StartsWith("set ", StringComparison.OrdinalIgnoreCase))
            return false;
        text = text[4..].Trim();
        if (text.Length > 1 && text[0] == '"' && text[^1] == '"')
            text = text[1..^1];
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals > 0 && text[0] != '/')
            variables[text[..equals]] = text[(equals + 1)..];
        return true;
    }

    /// <summary>NAME=value or export NAME=value, and nothing behind it.</summary>
    private static bool SetShell(string command, Dictionary<string, string> variables)
    {
        var text = command.StartsWith("export ", StringComparison.Ordinal) ? command[7..].TrimStart() : command;
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals < 1 || !text[..equals].All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
            return false;
        var words = ShellWords.Split(StripComment(text[(equals + 1)..]));
        if (words.Count > 1)
            return false;
        variables[text[..equals]] = words.Count == 0 ? "" : words[0];
        return true;
    }

    private static string StripComment(string text)
    {
        var comment = text.IndexOf(" #", StringComparison.Ordinal);
        return comment < 0 ? text : text[..comment];
    }

    /// <summary>%NAME%.</summary>
    private static string ExpandBatch(string command, Dictionary<string, string> variables)
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
        return expanded.ToString();
    }

    /// <summary>$NAME and ${NAME}, outside single quotes; unknown ones are left as they are.</summary>
    private static string ExpandShell(string command, Dictionary<string, string> variables)
    {
        var expanded = new StringBuilder();
        var isLiteral = false;
        for (var i = 0; i < command.Length; i++)
        {
            if (command[i] == '\'')
                isLiteral = !isLiteral;
            if (command[i] != '$' || isLiteral || i + 1 == command.Length)
            {
                expanded.Append(command[i]);
                continue;
            }
            var isBraced = command[i + 1] == '{';
            var start = i + (isBraced ? 2 : 1);
            var end = start;
            while (end < command.Length && (char.IsAsciiLetterOrDigit(command[end]) || command[end] == '_'))
                end++;
            if (isBraced && (end == command.Length || command[end] != '}'))
                end = start;
            if (end > start && variables.TryGetValue(command[start..end], out var value))
            {
                expanded.Append(value);
                i = isBraced ? end : end - 1;
            }
            else
            {
                expanded.Append('$');
            }
        }
        return expanded.ToString();
    }
}
