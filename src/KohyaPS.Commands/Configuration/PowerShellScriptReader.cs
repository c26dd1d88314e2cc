using System.Globalization;
using System.Management.Automation.Language;
using System.Runtime.CompilerServices;
using System.Text;
using KohyaPS.Engine.Configuration;

namespace KohyaPS.Commands;

/// <summary>
/// Finds the trainings that a PowerShell script starts, with the script's own parser and without running anything: variables, lists and conditions of plain
/// values are followed; what depends on more is left out.
/// </summary>
internal sealed class PowerShellScriptReader
{
    /// <summary>Longest text and list that a script may make: as much as a shell passes on.</summary>
    private const int MaximumLength = 128 * 1024;

    /// <summary>Longest script, in characters.</summary>
    private const int MaximumScript = 256 * 1024;

    /// <summary>Stack that the deepest script of that length can need.</summary>
    private const int StackBytes = 512 * 1024 * 1024;

    private readonly Dictionary<string, object?> variables = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<IReadOnlyList<string>> commands = [];

    /// <summary>The words of each command that starts a trainer, in order.</summary>
    /// <exception cref="ConfigFormatException">The text is no PowerShell script, or a hostile one.</exception>
    internal static IReadOnlyList<IReadOnlyList<string>> Commands(string text, string path)
    {
        if (text.Length > MaximumScript)
            throw new ConfigFormatException($"'{path}' has more than 256 KiB, which no launch script has.");
        IReadOnlyList<IReadOnlyList<string>>? commands = null;
        ConfigFormatException? refusal = null;
        // PowerShell's parser recurses as deep as a script nests, and ends the process where the stack ends.
        var thread = new Thread(
            () =>
            {
                try
                {
                    commands = Read(text, path);
                }
                catch (ConfigFormatException error)
                {
                    refusal = error;
                }
            },
            StackBytes);
        thread.Start();
        thread.Join();
        return refusal is null ? commands! : throw refusal;
    }

    private static List<IReadOnlyList<string>> Read(string text, string path)
    {
        var script = Parser.ParseInput(text, out _, out var errors);
        if (errors.Length > 0)
            throw new ConfigFormatException($"'{path}', line {SettingText.Format(errors[0].Extent.StartLineNumber)}: this is not PowerShell: {errors[0].Message}");
        var reader = new PowerShellScriptReader();
        try
        {
            reader.Block(script.EndBlock?.Statements ?? []);
        }
        catch (Exception error) when (error is InsufficientExecutionStackException or OutOfBoundsException)
        {
            throw new ConfigFormatException($"'{path}' is not read: the script is too complex, or makes a text of more than 128 KiB.", error);
        }
        return reader.commands;
    }

    private void Block(IEnumerable<StatementAst> statements)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        foreach (var statement in statements)
        {
            switch (statement)
            {
                case AssignmentStatementAst { Left: VariableExpressionAst variable } assignment:
                    Assign(variable.VariablePath.UserPath, assignment);
                    break;
                case IfStatementAst condition:
                    If(condition);
                    break;
                case TryStatementAst attempt:
                    Block(attempt.Body.Statements);
                    break;
                case PipelineAst pipeline:
                    Pipeline(pipeline);
                    break;
            }
        }
    }

    private void Assign(string name, AssignmentStatementAst assignment)
    {
        var value = Value(assignment.Right);
        variables[name] = assignment.Operator == TokenKind.PlusEquals && variables.TryGetValue(name, out var before) ? Add(before, value) : value;
    }

    private void If(IfStatementAst condition)
    {
        foreach (var (test, body) in condition.Clauses)
        {
            if (IsTrue(Value(test)))
            {
                Block(body.Statements);
                return;
            }
        }
        Block(condition.ElseClause?.Statements ?? []);
    }

    private void Pipeline(PipelineAst pipeline)
    {
        switch (pipeline.PipelineElements[0])
        {
            case CommandAst command:
                var words = command.CommandElements.SelectMany(Words).ToList();
                if (ConfigFiles.IsTraining(words))
                    commands.Add(words);
                break;
            case CommandExpressionAst expression:
                Value(expression.Expression);
                break;
        }
    }

    /// <summary>An element of a command as the program receives it: a list gives a word for each item, commas in the source stay commas.</summary>
    private IEnumerable<string> Words(CommandElementAst element) => element switch
    {
        CommandParameterAst parameter => [parameter.Extent.Text],
        ArrayLiteralAst literal => [string.Join(',', literal.Elements.Select(item => Text(Value(item))))],
        ExpressionAst expression => Shown(expression) switch
        {
            List<object?> list => list.Select(Text),
            var value => [Text(value)],
        },
        _ => [],
    };

    private object? Value(StatementAst statement) => statement switch
    {
        CommandExpressionAst expression => Value(expression.Expression),
        PipelineAst { PipelineElements: [CommandExpressionAst expression] } => Value(expression.Expression),
        PipelineAst { PipelineElements: [CommandAst command] } => Command(command),
        _ => null,
    };

    private object? Value(ExpressionAst expression)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        return Follow(expression);
    }

    private object? Follow(ExpressionAst expression) => expression switch
    {
        ConstantExpressionAst constant => constant.Value,
        ExpandableStringExpressionAst text => Expand(text),
        VariableExpressionAst variable => Variable(variable.VariablePath.UserPath),
        ParenExpressionAst paren => Value(paren.Pipeline),
        SubExpressionAst sub => sub.SubExpression.Statements.Count == 1 ? Value(sub.SubExpression.Statements[0]) : null,
        ConvertExpressionAst convert => Value(convert.Child),
        ArrayLiteralAst literal => literal.Elements.Select(Value).ToList(),
        ArrayExpressionAst array => Items(array),
        UnaryExpressionAst { TokenKind: TokenKind.Not or TokenKind.Exclaim } negated => !IsTrue(Value(negated.Child)),
        BinaryExpressionAst binary => Binary(binary),
        InvokeMemberExpressionAst call => Call(call),
        _ => null,
    };

    private object? Variable(string name) => name.ToUpperInvariant() switch
    {
        "TRUE" => true,
        "FALSE" => false,
        _ => variables.GetValueOrDefault(name),
    };

    // What the session knows and the script does not set stays as it is written, so that nobody takes a path without its beginning for whole.
    private object? Shown(ExpressionAst expression) =>
        expression is VariableExpressionAst { VariablePath: var path } && !variables.ContainsKey(path.UserPath) && (path.DriveName == "env" || path.UserPath.ToUpperInvariant() is "HOME" or "PWD" or "PSSCRIPTROOT" or "PSHOME")
            ? $"${path.UserPath}"
            : Value(expression);

    private List<object?> Items(ArrayExpressionAst array) =>
        [.. array.SubExpression.Statements.SelectMany(statement => Value(statement) is var value && value is List<object?> list ? list : [value])];

    private object? Binary(BinaryExpressionAst binary)
    {
        var left = Value(binary.Left);
        return binary.Operator switch
        {
            TokenKind.Plus => Add(left, Value(binary.Right)),
            TokenKind.And => IsTrue(left) && IsTrue(Value(binary.Right)),
            TokenKind.Or => IsTrue(left) || IsTrue(Value(binary.Right)),
            TokenKind.Ieq or TokenKind.Ceq => AreEqual(left, Value(binary.Right)),
            TokenKind.Ine or TokenKind.Cne => !AreEqual(left, Value(binary.Right)),
            _ => null,
        };
    }

    /// <summary>ArrayList and its Add; nothing else is called.</summary>
    private List<object?>? Call(InvokeMemberExpressionAst call)
    {
        var member = (call.Member as StringConstantExpressionAst)?.Value;
        if (call.Static && member == "new" && call.Expression is TypeExpressionAst { TypeName.Name: var type } && type.Contains("List", StringComparison.OrdinalIgnoreCase))
            return new List<object?>();
        if (!call.Static && member == "Add" && call.Arguments is { Count: 1 } && Value(call.Expression) is List<object?> list)
            list.Add(Value(call.Arguments[0]));
        return null;
    }

    /// <summary>Join-Path, the one command whose result is foreseen.</summary>
    private string? Command(CommandAst command)
    {
        if (!string.Equals(command.GetCommandName(), "Join-Path", StringComparison.OrdinalIgnoreCase))
            return null;
        var parts = command.CommandElements.Skip(1).OfType<ExpressionAst>().Select(part => Text(Value(part)).TrimEnd('/', '\\')).ToList();
        return parts.Count < 2 ? null : string.Join(parts[0].Contains('\\', StringComparison.Ordinal) ? '\\' : '/', parts);
    }

    private string Expand(ExpandableStringExpressionAst text)
    {
        var expanded = new StringBuilder(text.Value);
        // Nested expressions stand in the value as they are written; each is replaced once, from the left.
        var start = 0;
        foreach (var nested in text.NestedExpressions)
        {
            var at = expanded.ToString().IndexOf(nested.Extent.Text, start, StringComparison.Ordinal);
            if (at < 0)
                continue;
            var value = Shown(nested) is List<object?> list ? string.Join(' ', list.Select(Text)) : Text(Shown(nested));
            expanded.Remove(at, nested.Extent.Text.Length).Insert(at, value);
            start = at + value.Length;
        }
        return Bounded(expanded.ToString());
    }

    private static object? Add(object? left, object? right) => (left, right) switch
    {
        (List<object?> list, List<object?> more) => list.Count + more.Count <= MaximumLength ? list.Concat(more).ToList() : throw new OutOfBoundsException(),
        (List<object?> list, _) => list.Append(right).ToList(),
        (int a, int b) => a + b,
        _ => Bounded(Text(left) + Text(right)),
    };

    private static string Bounded(string text) => text.Length <= MaximumLength ? text : throw new OutOfBoundsException();

    /// <summary>A script has let a variable grow out of bounds.</summary>
    private sealed class OutOfBoundsException : Exception;

    private static bool AreEqual(object? left, object? right) => string.Equals(Text(left), Text(right), StringComparison.OrdinalIgnoreCase);

    private static bool IsTrue(object? value) => value switch
    {
        null => false,
        bool flag => flag,
        string text => text.Length > 0,
        List<object?> list => list.Count > 0,
        IConvertible number => number.ToDouble(CultureInfo.InvariantCulture) != 0,
        _ => true,
    };

    private static string Text(object? value) => value switch
    {
        null => "",
        bool flag => flag ? "True" : "False",
        List<object?> list => string.Join(' ', list.Select(Text)),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };
}
