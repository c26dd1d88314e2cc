using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using KohyaPS.Training.States;

namespace KohyaPS.Commands;

/// <summary>Completes the folders of complete states below the current location or below what was typed.</summary>
public sealed class TrainingStateCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        var typed = (wordToComplete ?? "").Trim('\'', '"');
        var folder = Path.GetDirectoryName(typed) is { Length: > 0 } parent ? parent : ".";
        using var shell = PowerShell.Create(RunspaceMode.CurrentRunspace);
        var location = shell.AddCommand("Get-Location").Invoke<PathInfo>().FirstOrDefault()?.ProviderPath ?? Environment.CurrentDirectory;
        var root = Path.GetFullPath(folder, location);
        if (!Directory.Exists(root))
            yield break;
        foreach (var state in StateFolder.Find(root).Reverse())
        {
            var path = Path.Combine(folder, Path.GetFileName(state.Path));
            if (path.StartsWith(typed, StringComparison.OrdinalIgnoreCase) || Path.GetFileName(path).StartsWith(typed, StringComparison.OrdinalIgnoreCase))
                yield return new CompletionResult(Quote(path), path, CompletionResultType.ParameterValue, $"{state.Name}, step {state.Step} of {state.TotalSteps}");
        }
    }

    private static string Quote(string path) => $"'{CodeGeneration.EscapeSingleQuotedStringContent(path)}'";
}
