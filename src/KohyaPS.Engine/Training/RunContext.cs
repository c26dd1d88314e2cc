using KohyaPS.Engine.Reports;
using KohyaPS.Engine.Training.Planning;
using KohyaPS.Engine.Training.Saving;
using KohyaPS.Training.Runs;
using KohyaPS.Training.States;

namespace KohyaPS.Engine.Training;

/// <summary>One run: what is trained, under which number, from which state, and who listens.</summary>
internal sealed class RunContext
{
    private readonly Action<TrainingEvent> report;
    private RunRequest? pending;
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
    public string? RunFolder { get; set; }

    /// <summary>The time, for events and metadata.</summary>
    public static DateTimeOffset Now => DateTimeOffset.UtcNow;

    /// <summary>The state written last in this run; null before the first.</summary>
    public TrainingState? LastState { get; private set; }

    /// <summary>The network file written last in this run; null before the first.</summary>
    public string? LastNetwork { get; private set; }

    /// <summary>Tells everybody.</summary>
    public void Report(TrainingEvent happened)
    {
        LastState = (happened as StateSaved)?.State ?? LastState;
        LastNetwork = (happened as NetworkSaved)?.Path ?? LastNetwork;
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

    /// <summary>What another session asked for since the last step; to be answered with <see cref="Answer"/>.</summary>
    public RunRequestKind? TakeRequest()
    {
        pending = RunFolder is null ? null : KohyaPS.Training.Runs.RunFolder.TakeRequest(RunFolder);
        return pending?.Kind;
    }

    /// <summary>Answers the request that was taken last, if any.</summary>
    public void Answer(TrainingState state)
    {
        if (pending is null)
            return;
        KohyaPS.Training.Runs.RunFolder.Reply(RunFolder!, new RunReply(pending.RequestId, state.Path, null));
        pending = null;
    }

    /// <summary>Writes the loss curve beside the outputs.</summary>
    /// <returns>The file.</returns>
    public string WriteLossCurve(IReadOnlyList<double> losses)
    {
        var path = Path.Combine(OutputFolder, $"{Config.Folders.FinalName}-loss.svg");
        LossCurve.Write(path, $"{Config.Folders.FinalName}: loss", losses);
        return path;
    }
}
