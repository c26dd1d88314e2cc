using KohyaPS.Engine.Networks;
using KohyaPS.Engine.Training.Saving;
using KohyaPS.Engine.Training.Setup;
using KohyaPS.Engine.Training.State;
using KohyaPS.Files;
using KohyaPS.Training.States;

namespace KohyaPS.Engine.Training;

/// <summary>Writes the files of a run when they are due: networks and states after steps, epochs and at the end.</summary>
internal sealed class RunSaver(RunContext run, TrainingSetup setup, MixedPrecision precision)
{
    private readonly SavingSettings saving = run.Config.Saving;
    private readonly string name = run.Config.Folders.FinalName;

    // A chosen first step has had its effect: who continues the state goes on where it stands.
    private LoraConfig Continued => run.Config with { Training = run.Config.Training with { InitialStep = null, InitialEpoch = null, SkipUntilInitialStep = false } };

    /// <summary>Saves what is due after an update. At the last one of an epoch the state stands before the epoch's own saves, which follow.</summary>
    public void AfterStep(TrainingLoop loop)
    {
        var step = loop.Position.Step;
        if (saving.SaveEveryNSteps is not { } every || step % every != 0)
            return;
        var fileName = SaveNames.OfStep(run.Config.Folders, step);
        SaveNetwork(fileName, step, loop.Position.Epoch - 1, isFinal: false);
        if (saving.SaveState)
        {
            WriteState(SaveNames.State(fileName), loop, TrainingStateReason.Schedule);
            RemoveOld(SaveNames.State(""), SaveNumber, numbers => Retention.ExpiredSteps(numbers, step, every, saving.SaveLastNStepsState ?? saving.SaveLastNSteps));
        }
        RemoveOld(SaveNames.Extension(run.Config), SaveNumber, numbers => Retention.ExpiredSteps(numbers, step, every, saving.SaveLastNSteps));

        string SaveNumber(int number) => SaveNames.OfStep(run.Config.Folders, number);
    }

    /// <summary>Saves what is due after an epoch that is not the last.</summary>
    public void AfterEpoch(TrainingLoop loop, int epoch)
    {
        if (run.Length.SaveEveryNEpochs is not { } every || epoch % every != 0 || epoch >= run.Length.Epochs)
            return;
        var fileName = SaveNames.OfEpoch(run.Config.Folders, epoch);
        SaveNetwork(fileName, loop.Position.Step, epoch, isFinal: false);
        RemoveOld(SaveNames.Extension(run.Config), SaveNumber, numbers => Retention.ExpiredEpochs(numbers, epoch, every, saving.SaveLastNEpochs));
        if (saving.SaveState)
        {
            WriteState(SaveNames.State(fileName), loop, TrainingStateReason.Schedule);
            RemoveOld(SaveNames.State(""), SaveNumber, numbers => Retention.ExpiredEpochs(numbers, epoch, every, saving.SaveLastNEpochsState ?? saving.SaveLastNEpochs));
        }

        string SaveNumber(int number) => SaveNames.OfEpoch(run.Config.Folders, number);
    }

    /// <summary>Saves the end: the state first, where wanted, then the final network.</summary>
    /// <returns>Writes the state later where it is not wanted now; null where it is written.</returns>
    public Func<TrainingState>? AtEnd(TrainingLoop loop)
    {
        var isWanted = saving.SaveState || saving.SaveStateOnTrainEnd;
        if (isWanted)
            WriteState(SaveNames.State(name), loop, TrainingStateReason.End);
        SaveNetwork(name, loop.Position.Step, run.Length.Epochs, isFinal: true);
        return isWanted ? null : KeepEnd(loop);
    }

    /// <summary>Saves a state that no schedule asked for.</summary>
    public TrainingState SaveState(TrainingLoop loop, TrainingStateReason reason) =>
        WriteState(SaveNames.ExtraState(name, loop.Position.Step, reason), loop, reason);

    // Kept in memory: the state can still be written when everything else is freed.
    private Func<TrainingState> KeepEnd(TrainingLoop loop)
    {
        var kept = SavedTraining.Keep(Manifest(loop, TrainingStateReason.End), Continued, setup.Network, setup.Optimizer);
        var folder = Path.Combine(run.OutputFolder, SaveNames.State(name));
        return () => kept.Write(folder);
    }

    private void SaveNetwork(string fileName, int step, int epoch, bool isFinal)
    {
        var path = Put(fileName, SaveNames.Extension(run.Config), path =>
        {
            setup.Optimizer.WithAveragedWeights(() => NetworkWriter.Write(path, setup.Network, RunMetadata.Of(run, precision, step, epoch), saving.SavePrecision));
            return path;
        });
        run.Report(new NetworkSaved(RunContext.Now, path, step, epoch, isFinal));
    }

    // A program that holds the last file of this name, as those that draw pictures do, is no reason to lose a training.
    private T Put<T>(string fileName, string extension, Func<string, T> write)
    {
        var path = Path.Combine(run.OutputFolder, fileName + extension);
        try
        {
            return write(path);
        }
        catch (Exception e) when (Disk.IsRefusal(e) && Path.Exists(path))
        {
            var other = Path.Combine(run.OutputFolder, $"{fileName}-{run.RunId}{extension}");
            run.Warn($"'{path}' cannot be replaced: {e.Message} Saved as '{other}'. Close the program that uses the old one, and rename.");
            return write(other);
        }
    }

    // A state of another run under the same name, or one that cannot be read, is not this run's to remove.
    private bool IsOurs(string state)
    {
        try
        {
            return StateManifest.Read(state) is { Reason: TrainingStateReason.Schedule } manifest && manifest.SessionId == run.SessionId;
        }
        catch (TrainingException)
        {
            return false;
        }
    }

    // A file that another program holds open is no reason to lose a training.
    private void RemoveOld(string suffix, Func<int, string> nameOf, Func<IEnumerable<int>, IEnumerable<int>> expired)
    {
        var prefix = nameOf(0).TrimEnd('0');
        foreach (var number in expired(Retention.Existing(run.OutputFolder, nameOf, prefix, suffix)).Order().ToList())
        {
            var path = Path.Combine(run.OutputFolder, nameOf(number) + suffix);
            try
            {
                if (!Directory.Exists(path))
                    Disk.Remove(path);
                else if (IsOurs(path))
                    StateFolder.Remove(path);
                else
                    continue;
                run.Report(new RetentionRemoved(RunContext.Now, path));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                run.Warn($"'{path}' is older than the limit and could not be removed: {e.Message} Remove it by hand.");
            }
        }
    }

    private TrainingState WriteState(string folderName, TrainingLoop loop, TrainingStateReason reason)
    {
        var state = Put(folderName, "", path => SavedTraining.Write(path, Manifest(loop, reason), Continued, setup.Network, setup.Optimizer));
        run.Report(new StateSaved(RunContext.Now, state));
        return state;
    }

    private StateManifest Manifest(TrainingLoop loop, TrainingStateReason reason) => new()
    {
        Format = StateManifest.CurrentFormat,
        WrittenBy = SavedTraining.Version,
        Created = RunContext.Now,
        Reason = reason,
        Name = name,
        Step = loop.Position.Step,
        ScheduleStep = loop.ScheduleStep == loop.Position.Step ? null : loop.ScheduleStep,
        LossScale = loop.LossScale,
        Epoch = loop.Position.Epoch,
        BatchInEpoch = loop.Position.BatchInEpoch,
        TotalSteps = run.Length.TotalSteps,
        Seed = run.Seed,
        SessionId = run.SessionId,
        StartedAt = run.StartedAt,
        Optimizer = setup.Optimizer.Name,
        ComputedIn = precision,
        Losses = loop.Losses.Latest,
        Files = new Dictionary<string, StateFile>(),
    };
}
