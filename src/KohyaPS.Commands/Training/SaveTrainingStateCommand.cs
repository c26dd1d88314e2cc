using System.Management.Automation;
using KohyaPS.Training.Runs;

namespace KohyaPS.Commands;

/// <summary>Saves the state of a running training, from any session on this machine, or the end state of a finished one.</summary>
/// <remarks>
/// <para>For a running training a request is left in its output folder; the training honours it after its current step and goes on. The
/// command waits for the answer and returns the state. States saved by hand are never removed by the retention settings.</para>
/// <para>For a TrainingResult from the pipeline the end state is returned, and written first when the training did not write it itself.</para>
/// </remarks>
/// <example>
///   <code>Get-LoraTraining | Save-TrainingState</code>
///   <para>Saves every training that runs on this machine.</para>
/// </example>
/// <example>
///   <code>$result = Start-LoraTraining $config; $state = $result | Save-TrainingState</code>
///   <para>Keeps the end of a training, so that it can be continued with more steps.</para>
/// </example>
[Cmdlet(VerbsData.Save, "TrainingState", SupportsShouldProcess = true, DefaultParameterSetName = "Result")]
[OutputType(typeof(TrainingState))]
public sealed class SaveTrainingStateCommand : PSCmdlet, IDisposable
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

    /// <summary>The result of a finished training.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = "Result")]
    public TrainingResult Result { get; set; } = null!;

    /// <summary>How long to wait for the running step, in seconds.</summary>
    [Parameter(ParameterSetName = "RunId")]
    [Parameter(ParameterSetName = "OutputFolder")]
    [ValidateRange(1, 86400)]
    public int TimeoutSeconds { get; set; } = 600;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == "Result")
            SaveResult();
        else
            foreach (var training in RunningTrainings.Find(this, ParameterSetName == "RunId" ? RunId : null, OutputFolder))
                AskFor(training);
    }

    /// <inheritdoc/>
    protected override void StopProcessing() => stop.Cancel();

    /// <inheritdoc/>
    public void Dispose() => stop.Dispose();

    private void SaveResult()
    {
        try
        {
            if (ShouldProcess(Result.Name, "Save the end state") && Result.SaveState() is { } state)
                WriteObject(state);
        }
        catch (Exception e) when (e is TrainingException or IOException or UnauthorizedAccessException)
        {
            WriteError(new ErrorRecord(e, "StateNotSaved", ErrorCategory.WriteError, Result));
        }
    }

    private void AskFor(ActiveTraining training)
    {
        if (!ShouldProcess($"{training.Name} (run {training.RunId})", "Save the state of the running training"))
            return;
        try
        {
            var reply = RunFolder.Ask(training, RunRequestKind.SaveState, TimeSpan.FromSeconds(TimeoutSeconds), stop.Token);
            if (reply.StatePath is null)
                throw new TrainingException(TrainingExitCode.Failed, $"Run {training.RunId} could not save its state: {reply.Error}");
            WriteObject(KohyaPS.Training.States.StateManifest.Read(reply.StatePath)!.Describe(reply.StatePath));
        }
        catch (Exception e) when (e is TrainingException or IOException or UnauthorizedAccessException)
        {
            WriteError(new ErrorRecord(e, "StateNotSaved", ErrorCategory.OperationTimeout, training));
        }
        catch (OperationCanceledException)
        {
            // Ctrl+C ended the waiting; the training honours the request all the same.
        }
    }
}
