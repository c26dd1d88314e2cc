using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace KohyaPS.Commands;

/// <summary>Completes the classes of schedules.</summary>
public sealed class ScheduleTypeCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        ScheduleSettings.LrSchedulerTypes.Where(name => name.StartsWith(wordToComplete ?? "", StringComparison.OrdinalIgnoreCase)).Select(name => new CompletionResult(name));
}
