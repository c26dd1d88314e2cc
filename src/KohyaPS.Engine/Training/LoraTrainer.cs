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
    public static TrainingPlan Plan(LoraConfig config) => TrainingPlanner.Plan(config).Plan;

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
            result = Failure(run, config, TrainingExitCode.Stopped, "Stopped before a step was finished; nothing new was saved.");
        }
        catch (Exception e)
        {
            var (code, message) = FailureKinds.Explain(e, output);
            result = Failure(run, config, code, message);
        }
        result = result with
        {
            Duration = started.Elapsed,
            PeakMemoryBytes = ProcessMemory.Peak,
            LogPath = journal?.LogPath,
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
        if (start < run.Length.TotalSteps)
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
        run.RunFolder = RunFolder.Open(training);
        RunRegistry.Add(training);
    }

    private static void Close(RunContext? run, RunJournal? journal, TrainingResult result, Action<TrainingEvent> report)
    {
        var ended = new TrainingEnded(DateTimeOffset.UtcNow, result);
        if (run?.RunFolder is { } folder)
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

    private static TrainingResult Failure(RunContext? run, LoraConfig config, TrainingExitCode code, string message) => new()
    {
        Name = config.Folders.FinalName,
        RunId = run?.RunId ?? "",
        ExitCode = code,
        Message = message,
        State = run?.LastState,
        NetworkPath = run?.LastNetwork,
    };

    private static string Describe(TrainingPlan plan) =>
        $"'{plan.Name}' cannot be trained:{Environment.NewLine}" + string.Join(Environment.NewLine,
            plan.Problems.Where(p => !p.IsWarning).Select(p => $"- {p.Setting}: {p.Message} {p.Remedy}".TrimEnd()));
}
