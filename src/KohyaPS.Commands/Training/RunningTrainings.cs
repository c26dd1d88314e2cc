using System.Management.Automation;
using KohyaPS.Training.Runs;

namespace KohyaPS.Commands;

/// <summary>Finds running trainings by number or output folder, with an error record where there is none.</summary>
internal static class RunningTrainings
{
    /// <param name="cmdlet">Reports what is not found.</param>
    /// <param name="runId">The number; null looks in the folder.</param>
    /// <param name="outputFolder">The output folder, as the user wrote it.</param>
    public static IReadOnlyList<ActiveTraining> Find(PSCmdlet cmdlet, string? runId, string outputFolder)
    {
        var folder = runId is null ? cmdlet.GetUnresolvedProviderPathFromPSPath(outputFolder) : null;
        var found = folder is not null ? RunRegistry.In(folder) : [.. RunRegistry.List().Where(t => t.RunId.Equals(runId, StringComparison.OrdinalIgnoreCase))];
        if (found.Count == 0)
        {
            var what = folder is not null ? $"writes to '{folder}'" : $"has the number '{runId}'";
            cmdlet.WriteError(new ErrorRecord(
                new ItemNotFoundException($"No running training {what}. List those that run with Get-LoraTraining; name the output folder of one that another account started."),
                "TrainingNotFound", ErrorCategory.ObjectNotFound, runId ?? outputFolder));
        }
        return found;
    }
}
