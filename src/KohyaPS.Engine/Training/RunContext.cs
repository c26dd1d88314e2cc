using KohyaPS.Engine.Reports;
using KohyaPS.Engine.Training.Logging;
using KohyaPS.Engine.Training.Planning;
using KohyaPS.Engine.Training.Saving;
using KohyaPS.Training.Runs;
using KohyaPS.Training.States;

namespace KohyaPS.Engine.Training;

/// <summary>One run: what is trained, under which number, from which state, and who listens.</summary>
internal sealed class RunContext
{
    private readonly Action<TrainingEvent> report;
    private readonly List<double> losses;
    private IReadOnlyList<RunRequest> pending = [];
    private TrainingSources? sources;

    /// <param name="request">The configuration and the state to continue.</param>
    /// <param name="planned">What was planned.</param>
    /// <param name="resumed">The state to continue; null starts anew.</param>
    /// <param name="report">Hears every event.</param>
    public RunContext(TrainingRequest request, PlannedTraining planned, (string Folder, StateManifest Manifest)? resumed, Action<TrainingEvent> report)
    {
        Request = request;
        Planned = planned;
        ResumeFolder = resumed?.Folder;
        ResumedFrom = resumed?.Manifest;
        this.report = report;
        Seed = resumed?.Manifest.Seed ?? Config.Training.Seed ?? Random.Shared.NextInt64(1L << 32);
        SessionId = resumed?.Manifest.SessionId ?? Random.Shared.NextInt64((1L << 32) + 1);
        StartedAt = resumed?.Manifest.StartedAt ?? (Now - DateTimeOffset.UnixEpoch).TotalSeconds;
        (StepsDone, EpochsDone) = (Start.Position.Step, Start.Position.Epoch - 1);
        losses = [.. JsonLinesLog.Losses(resumed is null ? null : LogPath, Math.Min(StepsDone, Length.TotalSteps))];
    }

    /// <summary>The configuration and the state to continue.</summary>
    public TrainingRequest Request { get; }

    /// <summary>The configuration, with what was found out about the model and chosen for its memory.</summary>
    public LoraConfig Config => Planned.Config;

    /// <summary>What was planned.</summary>
    public PlannedTraining Planned { get; }

    /// <summary>Steps, epochs, warm-up.</summary>
    public TrainingLength Length => Planned.Length!;

    /// <summary>The batches of every epoch.</summary>
    public EpochPlanner Epochs => Planned.Datasets.Epochs!;

    /// <summary>Where the outputs go.</summary>
    public string OutputFolder => Planned.OutputFolder;

    /// <summary>The structured log.</summary>
    public string LogPath => Path.Combine(OutputFolder, $"{Config.Folders.FinalName}.log.jsonl");

    /// <summary>The number by which other sessions name this run.</summary>
    public string RunId { get; } = Guid.NewGuid().ToString("N")[..8];

    /// <summary>The effective seed.</summary>
    public long Seed { get; }

    /// <summary>Shared by all files of the run, resumed parts included.</summary>
    public long SessionId { get; }

    /// <summary>When the training began, Unix seconds.</summary>
    public double StartedAt { get; }

    /// <summary>What the metadata say about the models; read when the first file is saved, then kept.</summary>
    public TrainingSources Sources => sources ??= ReadSources();

    /// <summary>The folder of the state that is continued.</summary>
    public string? ResumeFolder { get; }

    /// <summary>The state that is continued.</summary>
    public StateManifest? ResumedFrom { get; }

    /// <summary>Where the training begins.</summary>
    public TrainingStart Start => TrainingStart.Of(Config.Training, Length, ResumedFrom);

    /// <summary>The folder in which other sessions leave requests; null before the run is announced.</summary>
    public string? RequestFolder { get; set; }

    /// <summary>The time, for events and metadata.</summary>
    public static DateTimeOffset Now => DateTimeOffset.UtcNow;

    /// <summary>Updates done, those before a resume included.</summary>
    public int StepsDone { get; private set; }

    /// <summary>Epochs finished, those before a resume included.</summary>
    public int EpochsDone { get; private set; }

    /// <summary>Mean of the most recent loss at each position of the epoch; NaN before this run's first step.</summary>
    public double AverageLoss { get; private set; } = double.NaN;

    /// <summary>The state written last in this run; null before the first.</summary>
    public TrainingState? LastState { get; private set; }

    /// <summary>The network file written last in this run; null before the first.</summary>
    public string? LastNetwork { get; private set; }

    /// <summary>Tells everybody.</summary>
    public void Report(TrainingEvent happened)
    {
        switch (happened)
        {
            case StepDone e:
                (StepsDone, AverageLoss) = (e.Step, e.AverageLoss);
                losses.Add(e.Loss);
                break;
            case EpochDone e:
                EpochsDone = e.Epoch;
                break;
            case StateSaved e:
                LastState = e.State;
                break;
            case NetworkSaved e:
                LastNetwork = e.Path;
                break;
        }
        report(happened);
    }

    /// <summary>Tells how far a preparation is.</summary>
    public void Progress(string phase, int done, int total) => report(new PreparationProgress(Now, phase, done, total));

    /// <summary>Tells something that the user should act on.</summary>
    public void Warn(string message) => report(new TrainingWarning(Now, message));

    private TrainingSources ReadSources()
    {
        var read = TrainingSources.Read(Config);
        if (read.Problem is { } problem)
            Warn(problem);
        return read;
    }

    /// <summary>What other sessions asked for since the last step, to be answered with <see cref="Answer"/>; a stop includes all else.</summary>
    public RunRequestKind? TakeRequests()
    {
        pending = RequestFolder is null ? [] : RunFolder.TakeRequests(RequestFolder);
        return pending.Count == 0 ? null : pending.Any(request => request.Kind == RunRequestKind.Stop) ? RunRequestKind.Stop : RunRequestKind.SaveState;
    }

    /// <summary>Answers the requests that were taken last.</summary>
    /// <param name="state">The state that was saved; null when it could not be.</param>
    /// <param name="error">Why not.</param>
    public void Answer(TrainingState? state, string? error = null)
    {
        foreach (var request in pending)
            RunFolder.Reply(RequestFolder!, new RunReply(request.RequestId, state?.Path, error));
        pending = [];
    }

    /// <summary>How the run ended; times and what is found out afterwards are for the caller to add.</summary>
    public TrainingResult Result(TrainingExitCode code, string? message) => new()
    {
        Name = Config.Folders.FinalName,
        RunId = RunId,
        ExitCode = code,
        Message = message,
        NetworkPath = LastNetwork,
        State = LastState,
        Steps = StepsDone,
        Epochs = EpochsDone,
        AverageLoss = AverageLoss,
    };

    /// <summary>Writes the loss curve of the whole training beside the outputs.</summary>
    /// <returns>The file; null where no step was done.</returns>
    public string? WriteLossCurve()
    {
        if (!losses.Exists(double.IsFinite))
            return null;
        var path = Path.Combine(OutputFolder, $"{Config.Folders.FinalName}-loss.svg");
        LossCurve.Write(path, $"{Config.Folders.FinalName}: loss", losses);
        return path;
    }
}
