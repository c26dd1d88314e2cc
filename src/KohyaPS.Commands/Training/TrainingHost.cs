using System.Collections.Concurrent;
using System.Globalization;
using System.Management.Automation;
using KohyaPS.Engine.Training;

namespace KohyaPS.Commands;

/// <summary>
/// Runs a training on a thread of its own and turns its events into progress, verbose and warning records on the pipeline's thread. The
/// first stop asks the training to end its step and save; a second Ctrl+C at a console leaves at once.
/// </summary>
internal sealed class TrainingHost : IDisposable
{
    private const double Gibibyte = 1L << 30;

    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(250);
    private readonly CancellationTokenSource stop = new();
    private readonly CancellationTokenSource abandon = new();
    private int presses;
    private readonly ProgressRecord progress = new(0x4b50, "LoRA training", "starting");
    private DateTime nextProgress;
    private int total;
    private int epochs;

    /// <summary>Asks the training to end its step and save its state. Safe from any thread.</summary>
    public void Stop() => stop.Cancel();

    /// <summary>Runs the training to its end.</summary>
    /// <returns>How it ended; null when it was left at once.</returns>
    public TrainingResult? Run(TrainingRequest request, PSCmdlet cmdlet)
    {
        // Never disposed: a training that is left at once still ends its step, and tells of it.
        var events = new BlockingCollection<TrainingEvent>(boundedCapacity: 256);
        Console.CancelKeyPress += LeaveOnSecondStop;
        // A thread of its own, whose failure comes out below instead of ending the process.
        var training = Task.Factory.StartNew(
            () =>
            {
                try
                {
                    return LoraTrainer.Run(request, e => Offer(events, e), stop.Token, abandon.Token);
                }
                finally
                {
                    events.CompleteAdding();
                }
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            foreach (var happened in events.GetConsumingEnumerable(abandon.Token))
                Report(cmdlet, happened);
            return training.GetAwaiter().GetResult();
        }
        catch (OperationCanceledException)
        {
            return null;
        }
        catch
        {
            // A warning that the user made an error (-WarningAction Stop) ends the command; the training must not run on unseen.
            stop.Cancel();
            foreach (var _ in events.GetConsumingEnumerable())
            {
            }
            throw;
        }
        finally
        {
            Console.CancelKeyPress -= LeaveOnSecondStop;
            progress.RecordType = ProgressRecordType.Completed;
            Quietly(cmdlet, () => cmdlet.WriteProgress(progress));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // A training that was left at once still looks at both.
        if (abandon.IsCancellationRequested)
            return;
        stop.Dispose();
        abandon.Dispose();
    }

    // The presses are counted, since the first may have stopped the training before this handler hears of it, or a script may have. Where the
    // training was not asked to stop, Ctrl+C is meant for something else in this process.
    private void LeaveOnSecondStop(object? sender, ConsoleCancelEventArgs e)
    {
        if (e.SpecialKey == ConsoleSpecialKey.ControlC && Interlocked.Increment(ref presses) > 1 && stop.IsCancellationRequested)
            abandon.Cancel();
    }

    private void Offer(BlockingCollection<TrainingEvent> events, TrainingEvent happened)
    {
        try
        {
            events.Add(happened, abandon.Token);
        }
        catch (OperationCanceledException)
        {
            // Left at once: nobody listens any more.
        }
    }

    private void Report(PSCmdlet cmdlet, TrainingEvent happened)
    {
        switch (happened)
        {
            case PreparationProgress e:
                progress.StatusDescription = e.Phase;
                progress.CurrentOperation = e.Total > 0 ? Text($"{e.Done} of {e.Total}") : "";
                progress.PercentComplete = e.Total > 0 ? 100 * e.Done / e.Total : -1;
                Show(cmdlet, force: e.Done == 0);
                break;
            case TrainingStarted e:
                progress.Activity = $"LoRA training {e.Plan.Name} ({e.RunId})";
                total = e.Plan.TotalSteps;
                epochs = e.Plan.Epochs;
                Quietly(cmdlet, () => cmdlet.WriteVerbose($"{e.Plan.StepEquation}; {e.Runtime}"));
                break;
            case StepDone e:
                progress.StatusDescription = Text($"step {e.Step} of {total}, epoch {e.Epoch} of {epochs}, loss {e.AverageLoss:0.0000}, {Speed(e.StepSeconds)}");
                progress.CurrentOperation = Text($"{e.MemoryBytes / Gibibyte:0.0} GiB; rates {string.Join(", ", (e.EffectiveRates ?? e.LearningRates).Select(r => Text($"{r.Key} {r.Value:0.###e-0}")))}{Norms(e.AdapterNorms)}");
                progress.SecondsRemaining = (int)Math.Min(e.RemainingSeconds, int.MaxValue);
                progress.PercentComplete = (int)(100L * e.Step / Math.Max(total, 1));
                Show(cmdlet, force: false);
                break;
            case NetworkSaved e:
                Quietly(cmdlet, () => cmdlet.WriteVerbose($"saved {e.Path}"));
                break;
            case StateSaved e:
                Quietly(cmdlet, () => cmdlet.WriteVerbose($"saved state {e.State.Path} ({e.State.Reason})"));
                break;
            case TrainingWarning e:
                Quietly(cmdlet, () => cmdlet.WriteWarning(e.Message));
                break;
        }
    }

    private void Show(PSCmdlet cmdlet, bool force)
    {
        if (!force && DateTime.UtcNow < nextProgress)
            return;
        nextProgress = DateTime.UtcNow + ProgressInterval;
        Quietly(cmdlet, () => cmdlet.WriteProgress(progress));
    }

    // After Ctrl+C the host refuses all output; the events are drained on, until the training has saved and left.
    private static void Quietly(PSCmdlet cmdlet, Action write)
    {
        try
        {
            write();
        }
        catch (PipelineStoppedException) when (cmdlet.Stopping)
        {
        }
    }

    private static string Norms(AdapterNorms? norms) => norms is null ? "" : Text($"; adapters scaled {norms.KeysScaled}, mean norm {norms.Mean:0.000}");

    private static string Speed(double seconds) => seconds >= 1 ? Text($"{seconds:0.00} s a step") : Text($"{1 / Math.Max(seconds, 1e-9):0.0} steps a second");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.CurrentCulture);
}
