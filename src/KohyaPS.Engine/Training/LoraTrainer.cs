using System.Diagnostics;
using KohyaPS.Engine.Runtime;
using KohyaPS.Engine.Training.Logging;
using KohyaPS.Engine.Training.Planning;
using KohyaPS.Engine.Training.State;
using KohyaPS.Training.Runs;
using KohyaPS.Training.States;

namespace KohyaPS.Engine.Training;

/// <summary>Plans and runs trainings: the engine's door for cmdlets. Never throws for what a training can run into; the result says it.</summary>
public static class LoraTrainer
{
    /// <summary>What a training is going to do. Nothing is loaded or written.</summary>
    public static TrainingPlan Plan(TrainingRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var planned = TrainingPlanner.Plan(request.Config);
        try
        {
            var resumed = Resumed(request);
            if (planned.Length is null)
                return planned.Plan;
            var run = new RunContext(request, planned, resumed, _ => { });
            RefuseFinished(run);
            return planned.Plan with { FirstStep = run.StepsDone };
        }
        catch (TrainingException e)
        {
            return planned.Plan with { Problems = [.. planned.Plan.Problems, new(nameof(TrainingSettings.Resume), e.Message, "")] };
        }
    }

    /// <summary>The configuration that a state holds.</summary>
    /// <exception cref="TrainingException">The folder is no whole state.</exception>
    public static LoraConfig ReadConfig(string stateFolder) => SavedTraining.ReadConfig(stateFolder);

    /// <summary>Runs a training on the calling thread, which must be its own until the end.</summary>
    /// <param name="request">What is trained.</param>
    /// <param name="report">Hears every event, on this thread.</param>
    /// <param name="stop">Ends the training after the running step, with a saved state.</param>
    /// <param name="abandon">Ends it after the running step, without one.</param>
    public static TrainingResult Run(TrainingRequest request, Action<TrainingEvent> report, CancellationToken stop, CancellationToken abandon)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(report);
        var config = request.Config;
        var started = Stopwatch.StartNew();
        var output = config.Resolve(config.Folders.OutputDir) ?? "";
        RunContext? run = null;
        RunJournal? journal = null;
        TrainingResult result;
        try
        {
            var planned = TrainingPlanner.Plan(config, stop);
            if (!planned.Plan.CanStart)
                throw new TrainingException(TrainingExitCode.Invalid, Describe(planned.Plan));
            var resumed = Resumed(request);
            run = new RunContext(request, planned, resumed, e =>
            {
                journal?.Write(e);
                report(e);
            });
            RefuseFinished(run);
            Announce(run);
            journal = new RunJournal(run);
            foreach (var warning in planned.Plan.Problems)
                run.Warn($"{warning.Setting}: {warning.Message} {warning.Remedy}".TrimEnd());
            result = Train(run, stop, abandon);
        }
        catch (OperationCanceledException)
        {
            result = Ended(run, config, TrainingExitCode.Stopped, Unfinished(run));
        }
        catch (Exception e)
        {
            var (code, message) = FailureKinds.Explain(e, output);
            result = Ended(run, config, code, message);
        }
        result = result with
        {
            Duration = started.Elapsed,
            PeakMemoryBytes = ProcessMemory.Peak,
            LogPath = journal is null ? null : run?.LogPath,
            LossCurvePath = DrawLosses(run, report),
            OutputFolder = output,
            BaseModel = config.Resolve(config.Model.PretrainedModelNameOrPath),
        };
        Close(run, journal, result, report);
        return result;
    }

    private static TrainingResult Train(RunContext run, CancellationToken stop, CancellationToken abandon)
    {
        run.Progress("starting libtorch", 0, 0);
        var runtime = TorchRuntime.Start(new() { Threads = run.Config.Runtime.NumCpuThreadsPerProcess });
        using var trainer = new Trainer(run, runtime, stop);
        run.Report(new TrainingStarted(RunContext.Now, run.Planned.Plan, run.RunId, run.Start.Position.Step, trainer.RuntimeInWords));
        return trainer.Run(stop, abandon);
    }

    private static (string, StateManifest)? Resumed(TrainingRequest request)
    {
        var folder = request.ResumeFrom ?? request.Config.Resolve(request.Config.Training.Resume);
        return folder is null ? null : (folder, StateFolder.Open(folder));
    }

    private static void RefuseFinished(RunContext run)
    {
        var start = run.Start.Position.Step;
        // What a training that ended between its last state and its network has left to do is the network.
        if (start < run.Length.TotalSteps || (start == run.Length.TotalSteps && run.ResumedFrom is not null && !File.Exists(run.Planned.Plan.NetworkPath)))
            return;
        var from = run.ResumedFrom?.Step == start ? $"The state '{run.ResumeFolder}' stands at step {start}" : $"InitialStep or InitialEpoch begins at step {start}";
        throw new TrainingException(TrainingExitCode.Invalid,
            $"{from}, and the training has {run.Length.TotalSteps} steps: there is nothing left to do. Raise -MaxTrainSteps or -MaxTrainEpochs to go on.");
    }

    private static void Announce(RunContext run)
    {
        Directory.CreateDirectory(run.OutputFolder);
        using var process = Process.GetCurrentProcess();
        var training = new ActiveTraining
        {
            RunId = run.RunId,
            Name = run.Config.Folders.FinalName,
            OutputFolder = run.OutputFolder,
            ProcessId = Environment.ProcessId,
            ProcessStarted = process.StartTime,
            Started = RunContext.Now,
            TotalSteps = run.Length.TotalSteps,
        };
        run.RequestFolder = RunFolder.Open(training);
        RunRegistry.Add(training);
    }

    private static void Close(RunContext? run, RunJournal? journal, TrainingResult result, Action<TrainingEvent> report)
    {
        var ended = new TrainingEnded(DateTimeOffset.UtcNow, result);
        if (run?.RequestFolder is { } folder)
        {
            RunFolder.Close(folder);
            RunRegistry.Remove(run.RunId);
        }
        try
        {
            journal?.Write(ended);
            journal?.Dispose();
        }
        catch (IOException)
        {
            // The disk may be what the training failed on; the result says so.
        }
        report(ended);
    }

    private static TrainingResult Ended(RunContext? run, LoraConfig config, TrainingExitCode code, string message) =>
        run?.Result(code, message) ?? new() { Name = config.Folders.FinalName, RunId = "", ExitCode = code, Message = message };

    private static string Unfinished(RunContext? run) => run is null || run.StepsDone == run.Start.Position.Step
        ? "Stopped before a step was finished; nothing new was saved."
        : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"Left after step {run.StepsDone} of {run.Length.TotalSteps} without saving. ")
            + (run.LastState is { } state ? $"Continue from the last state with: Start-LoraTraining -Resume '{state.Path}'" : "No state was saved before.");

    // The networks are saved: a picture that cannot be drawn makes no failure of a training. Its log may lie on the same full disk.
    private static string? DrawLosses(RunContext? run, Action<TrainingEvent> report)
    {
        try
        {
            return run?.WriteLossCurve();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            report(new TrainingWarning(RunContext.Now, $"The loss curve could not be written: {e.Message} The losses stand in the log."));
            return null;
        }
    }

    private static string Describe(TrainingPlan plan) =>
        $"'{plan.Name}' cannot be trained:{Environment.NewLine}" + string.Join(Environment.NewLine,
            plan.Problems.Where(p => !p.IsWarning).Select(p => $"- {p.Setting}: {p.Message} {p.Remedy}".TrimEnd()));
}
