using System.Text;
using System.Text.RegularExpressions;

namespace KohyaPS.Engine.Configuration.Import;

/// <summary>
/// Finds the trainings that a shell script starts. Variables, lists and conditions of plain values are followed, as when the script is started without arguments; nothing is run.
/// </summary>
internal sealed partial class BashScript
{
    private readonly Dictionary<string, List<string>> variables = [];
    private readonly List<IReadOnlyList<string>> commands = [];

    /// <summary>Open ifs: whether the branch at hand is taken, and whether one has been.</summary>
    private readonly Stack<(bool IsTaken, bool WasTaken)> branches = new();

    /// <summary>The words of each command that starts a trainer, in order.</summary>
    internal static IReadOnlyList<IReadOnlyList<string>> Commands(string text)
    {
        var script = new BashScript();
        foreach (var statement in Statements(ShellWords.JoinLines(text)))
            script.Follow(statement);
        return script.commands;
    }

    private void Follow(string statement)
    {
        var keyword = KeywordPattern().Match(statement);
        var rest = statement[keyword.Length..].Trim();
        switch (keyword.Groups[1].Value)
        {
            case "if":
                var isTrue = branches.All(branch => branch.IsTaken) && Holds(rest);
                branches.Push((isTrue, isTrue));
                return;
            case "elif" when branches.TryPop(out var open):
                var isNext = !open.WasTaken && branches.All(branch => branch.IsTaken) && Holds(rest);
                branches.Push((isNext, open.WasTaken || isNext));
                return;
            case "else" when branches.TryPop(out var open):
                branches.Push((!open.WasTaken, true));
                break;
            case "fi":
                branches.TryPop(out _);
                return;
            case "then":
                break;
            default:
                rest = statement;
                break;
        }
        if (rest.Length > 0 && branches.All(branch => branch.IsTaken) && !Set(rest))
            Run(rest);
    }

    private void Run(string command)
    {
        var words = ShellWords.Split(Expand(command));
        if (words.Count > 0 && words[0] is not ("echo" or "printf") && CommandLineImporter.IsTraining(words))
            commands.Add(words);
    }

    /// <summary>NAME=value, NAME=(a b), NAME+=(c), with export or local before it and nothing behind it.</summary>
    private bool Set(string command)
    {
        var assignment = AssignmentPattern().Match(command);
        if (!assignment.Success)
            return false;
        var text = command[assignment.Length..].Trim();
        var isList = text.StartsWith('(') && text.EndsWith(')');
        var values = ShellWords.Split(Expand(isList ? text[1..^1] : text));
        if (!isList && values.Count > 1)
            return false;
        if (!isList && values.Count == 0)
            values.Add("");
        var name = assignment.Groups[1].Value;
        var before = assignment.Groups[2].Success ? variables.GetValueOrDefault(name) ?? [] : [];
        variables[name] = isList ? [.. before, .. values] : [ShellWords.Bounded(string.Concat(before) + values[0])];
        return true;
    }

    /// <summary>[ a == b ], [[ a ]] and -z, -n, !=, -eq, -ne; what depends on more does not hold.</summary>
    private bool Holds(string test)
    {
        // An unquoted empty variable leaves no word, which is what a bare test and a missing left side show.
        var words = ShellWords.Split(Expand(test, keepUnknown: false)).Where(word => word is not ("[" or "[[" or "]" or "]]")).ToList();
        return words switch
        {
            [] => false,
            [var only] => only.Length > 0 && only is not ("-n" or "==" or "!=") || only == "-z",
            ["-z", var text] => text.Length == 0,
            ["-n", var text] => text.Length > 0,
            [var left, "==" or "=" or "-eq", var right] => left == right,
            [var left, "!=" or "-ne", var right] => left != right,
            _ => false,
        };
    }

    /// <summary>$NAME, ${NAME}, ${NAME[@]} and ${NAME:-default}, outside single quotes; unknown names stay, but in conditions; arguments of the script are empty.</summary>
    private string Expand(string command, bool keepUnknown = true)
    {
        var expanded = new StringBuilder();
        var quote = '\0';
        for (var i = 0; i < command.Length; i++)
        {
            if (command[i] is '\'' or '"' && (quote == '\0' || quote == command[i]))
                quote = quote == '\0' ? command[i] : '\0';
            var variable = command[i] == '$' && quote != '\'' ? VariablePattern().Match(command, i) : Match.Empty;
            if (!variable.Success)
            {
                expanded.Append(command[i]);
                continue;
            }
            var name = variable.Groups[1].Success ? variable.Groups[1].Value : variable.Groups[3].Value;
            if (variables.TryGetValue(name, out var values) && !(variable.Groups[2].Success && values is [""]))
                expanded.AppendJoin(quote == '"' && variable.Value.Contains('[', StringComparison.Ordinal) ? "\" \"" : " ", values);
            else if (variable.Groups[2].Success)
                expanded.Append(Expand(variable.Groups[2].Value, keepUnknown));
            else if (keepUnknown && !char.IsAsciiDigit(name[0]))
                expanded.Append(variable.Value);
            i += variable.Length - 1;
        }
        return ShellWords.Bounded(expanded.ToString());
    }

    /// <summary>Splits a script at line ends and semicolons, and drops comments; not inside quotes.</summary>
    private static IEnumerable<string> Statements(string text)
    {
        var statement = new StringBuilder();
        var quote = '\0';
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c is '\'' or '"' && (quote == '\0' || quote == c))
                quote = quote == '\0' ? c : '\0';
            var startsComment = c == '#' && quote == '\0' && (i == 0 || char.IsWhiteSpace(text[i - 1]));
            if (startsComment)
            {
                while (i + 1 < text.Length && text[i + 1] != '\n')
                    i++;
            }
            else if (c is '\n' || (c == ';' && quote == '\0'))
            {
                yield return statement.ToString().Trim();
                statement.Clear();
                quote = c == '\n' ? '\0' : quote;
            }
            else
            {
                statement.Append(c);
            }
        }
        yield return statement.ToString().Trim();
    }

    [GeneratedRegex(@"^(if|elif|else|fi|then)(?=\s|$)")]
    private static partial Regex KeywordPattern();

    [GeneratedRegex(@"^(?:export\s+|local\s+|declare\s+)?([A-Za-z_][A-Za-z0-9_]*)(\+)?=")]
    private static partial Regex AssignmentPattern();

    [GeneratedRegex(@"\G\$(?:\{([A-Za-z0-9_]+)(?:\[[@*]\]|:?[-=]([^{}]*))?\}|([A-Za-z_][A-Za-z0-9_]*|[0-9]))")]
    private static partial Regex VariablePattern();
}
