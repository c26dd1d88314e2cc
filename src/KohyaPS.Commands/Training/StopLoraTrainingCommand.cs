using System.Management.Automation;
using KohyaPS.Training.Runs;

namespace KohyaPS.Commands;

/// <summary>Stops a running training after its current step; it saves its state first.</summary>
/// <remarks>
/// <para>Works from any session on this machine. The stopped training returns exit code 4, and Start-LoraTraining -Resume continues it.</para>
/// </remarks>
/// <example>
///   <code>Get-LoraTraining | Stop-LoraTraining</code>
///   <para>Stops all, for instance before a reboot, and returns their states.</para>
/// </example>
/// <example>
///   <code>Stop-LoraTraining -OutputFolder .\out -Confirm:$false</code>
///   <para>Stops what trains into a folder without asking.</para>
/// </example>
[Cmdlet(VerbsLifecycle.Stop, "LoraTraining", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium, DefaultParameterSetName = "RunId")]
[OutputType(typeof(TrainingState))]
public sealed class StopLoraTrainingCommand : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource stop = new();

    /// <summary>The run's number, as Get-LoraTraining and the progress line show it.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true, ParameterSetName = "RunId")]
    [ArgumentCompleter(typeof(RunIdCompleter))]
    public string RunId { get; set; } = "";

    /// <summary>The output folder of the running training.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "OutputFolder")]
    [Alias("OutputDir")]
    public string OutputFolder { get; set; } = "";

    /// <summary>How long to wait for the running step, in seconds.</summary>
    [Parameter]
    [ValidateRange(1, 86400)]
    public int TimeoutSeconds { get; set; } = 600;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var training in RunningTrainings.Find(this, ParameterSetName == "RunId" ? RunId : null, OutputFolder))
        {
            if (!ShouldProcess($"{training.Name} (run {training.RunId})", "Stop the training after its step"))
                continue;
            try
            {
                var reply = RunFolder.Ask(training, RunRequestKind.Stop, TimeSpan.FromSeconds(TimeoutSeconds), stop.Token);
                if (reply.StatePath is null)
                    throw new TrainingException(TrainingExitCode.Failed, $"Run {training.RunId} stops, but could not save its state: {reply.Error}");
                WriteObject(KohyaPS.Training.States.StateManifest.Read(reply.StatePath)!.Describe(reply.StatePath));
            }
            catch (TrainingException e)
            {
                WriteError(new ErrorRecord(e, "TrainingNotStopped", ErrorCategory.OperationTimeout, training));
            }
            catch (OperationCanceledException)
            {
                // Ctrl+C ended the waiting; the training honours the request all the same.
            }
        }
    }

    /// <inheritdoc/>
    protected override void StopProcessing() => stop.Cancel();

    /// <inheritdoc/>
    public void Dispose() => stop.Dispose();
}
