namespace KohyaPS.Engine.Training.Logging;

/// <summary>The written record of a run: a JSON-lines log beside the outputs and, where a log folder is set, TensorBoard events.</summary>
internal sealed class RunJournal : IDisposable
{
    private readonly JsonLinesLog log;
    private readonly TensorBoardWriter? tensorBoard;
    private readonly bool trainsUnetOnly;

    /// <param name="run">The run; its output folder exists.</param>
    public RunJournal(RunContext run)
    {
        trainsUnetOnly = run.Config.Network.NetworkTrainUnetOnly;
        log = new JsonLinesLog(run.LogPath, appends: run.ResumedFrom is not null);
        try
        {
            if (run.Config.Logging.LogConfig)
                log.WriteSettings(RunContext.Now, run.Config);
            if (run.Config.Resolve(run.Config.Folders.LoggingDir) is { } folder)
            {
                var stamp = RunContext.Now.LocalDateTime.ToString("yyyyMMddHHmmss", System.Globalization.CultureInfo.InvariantCulture);
                tensorBoard = new TensorBoardWriter(Path.Combine(folder, $"{run.Config.Logging.LogPrefix}{stamp}", run.Config.Logging.LogTrackerName ?? "network_train"), RunContext.Now);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Records an event.</summary>
    public void Write(TrainingEvent happened)
    {
        log.Write(happened);
        if (happened is StepDone step)
            tensorBoard?.Write(step.Time, step.Step, [.. TrackerValues.Of(step, trainsUnetOnly), KeyValuePair.Create("norm/gradient", step.GradientNorm)]);
        else if (happened is EpochDone epoch)
            tensorBoard?.Write(epoch.Time, epoch.Epoch, [KeyValuePair.Create("loss/epoch_average", epoch.AverageLoss)]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        log.Dispose();
        tensorBoard?.Dispose();
    }
}
