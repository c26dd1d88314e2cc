using System.Management.Automation;
using KohyaPS.Training.States;

namespace KohyaPS.Commands;

/// <summary>Deletes saved states.</summary>
/// <remarks>
/// <para>The network files beside a state are not touched. Asks before each deletion unless -Confirm:$false is given.</para>
/// </remarks>
/// <example>
///   <code>Get-TrainingState .\out | Where-Object Created -lt (Get-Date).AddDays(-30) | Remove-TrainingState -Confirm:$false</code>
///   <para>Clears states older than a month without asking.</para>
/// </example>
/// <example>
///   <code>Remove-TrainingState .\out\dog-step00000500-state -WhatIf</code>
///   <para>Shows what would be deleted.</para>
/// </example>
[Cmdlet(VerbsCommon.Remove, "TrainingState", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
public sealed class RemoveTrainingStateCommand : PSCmdlet
{
    /// <summary>The state: a folder, or an object of Get-TrainingState.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(TrainingStateCompleter))]
    public TrainingStateReference State { get; set; } = null!;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var folder = GetUnresolvedProviderPathFromPSPath(State.Path);
        try
        {
            if (!Directory.Exists(folder) || StateManifest.Read(folder) is null)
            {
                WriteError(new ErrorRecord(
                    new ItemNotFoundException($"'{folder}' is no state: it has no {StateManifest.FileName}. List states with Get-TrainingState."),
                    "StateNotFound", ErrorCategory.ObjectNotFound, State));
                return;
            }
        }
        catch (Exception e) when (e is TrainingException or IOException or UnauthorizedAccessException)
        {
            // A damaged state may be removed as well.
        }
        try
        {
            if (ShouldProcess(folder, "Delete the saved state"))
                StateFolder.Remove(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            WriteError(new ErrorRecord(
                new IOException($"'{folder}' was not deleted: {e.Message} End what uses it, or delete it with an account that may.", e), "StateNotRemoved", ErrorCategory.WriteError, State));
        }
    }
}
