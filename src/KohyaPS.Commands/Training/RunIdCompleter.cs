using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using KohyaPS.Training.Runs;

namespace KohyaPS.Commands;

/// <summary>Completes the numbers of the trainings that run now.</summary>
public sealed class RunIdCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        RunRegistry.List()
            .Where(t => t.RunId.StartsWith(wordToComplete ?? "", StringComparison.OrdinalIgnoreCase))
            .Select(t => new CompletionResult(t.RunId, t.RunId, CompletionResultType.ParameterValue, $"{t.Name}, {t.OutputFolder}"));
}
