using System.Text.Json;
using KohyaPS.Files;

namespace KohyaPS.Training.Runs;

/// <summary>
/// The meeting place of a running training and other sessions: a hidden folder <c>.NAME.run</c> in its output folder. The training writes
/// <c>run.json</c> at its start and answers requests; another session leaves <c>request.json</c> and waits for <c>reply.json</c>. Whoever
/// may write to the output folder may ask.
/// </summary>
public static class RunFolder
{
    private const string RunFile = "run.json";
    private const string RequestFile = "request.json";
    private const string ReplyFile = "reply.json";
    private const int MaxFileBytes = 1 << 20;
    private static readonly TimeSpan AnswerStands = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan AnswerPoll = TimeSpan.FromMilliseconds(50);

    /// <summary>The folder of one training.</summary>
    public static string PathOf(string outputFolder, string name) => Path.Combine(outputFolder, $".{name}.run");

    /// <summary>Announces a training. One training at a time may write under a name in a folder.</summary>
    /// <returns>The folder, for <see cref="TakeRequest"/> and <see cref="Close"/>.</returns>
    /// <exception cref="TrainingException">A living process already trains under this name in this folder.</exception>
    public static string Open(ActiveTraining training)
    {
        ArgumentNullException.ThrowIfNull(training);
        var folder = PathOf(training.OutputFolder, training.Name);
        if (Read(folder) is { } other && RunRegistry.IsAlive(other))
            throw new TrainingException(TrainingExitCode.Environment,
                $"Process {other.ProcessId} is already training '{other.Name}' in '{other.OutputFolder}' (run {other.RunId}). "
                + "Wait for it, stop it with Stop-LoraTraining, or choose another -OutputName.");
        Disk.Remove(folder);
        var created = Directory.CreateDirectory(folder);
        if (OperatingSystem.IsWindows())
            created.Attributes |= FileAttributes.Hidden;
        AtomicFile.WriteText(Path.Combine(folder, RunFile), JsonSerializer.Serialize(training, RunJson.Default.ActiveTraining));
        return folder;
    }

    /// <summary>The training of a run folder; null when the folder has none or its record cannot be read.</summary>
    public static ActiveTraining? Read(string folder) => ReadJson(Path.Combine(folder, RunFile), RunJson.Default.ActiveTraining);

    /// <summary>Called by the training after each step: the request that was left, which is thereby taken.</summary>
    public static RunRequest? TakeRequest(string folder)
    {
        var path = Path.Combine(folder, RequestFile);
        if (!File.Exists(path))
            return null;
        var request = ReadJson(path, RunJson.Default.RunRequest);
        Disk.Remove(path);
        return request;
    }

    /// <summary>Called by the training: answers the request.</summary>
    public static void Reply(string folder, RunReply reply) =>
        AtomicFile.WriteText(Path.Combine(folder, ReplyFile), JsonSerializer.Serialize(reply, RunJson.Default.RunReply));

    /// <summary>Called by another session: leaves a request and waits for the answer.</summary>
    /// <param name="training">The training to ask.</param>
    /// <param name="kind">What it is to do after its current step.</param>
    /// <param name="timeout">How long to wait; a step of a large model can take minutes on a slow machine.</param>
    /// <param name="cancel">Ends the waiting; the request stays.</param>
    /// <exception cref="TrainingException">The training ended without an answer, or did not answer in time.</exception>
    public static RunReply Ask(ActiveTraining training, RunRequestKind kind, TimeSpan timeout, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(training);
        var folder = PathOf(training.OutputFolder, training.Name);
        var request = new RunRequest(Guid.NewGuid().ToString("N"), kind);
        AtomicFile.WriteText(Path.Combine(folder, RequestFile), JsonSerializer.Serialize(request, RunJson.Default.RunRequest));
        var until = DateTime.UtcNow + timeout;
        while (DateTime.UtcNow < until)
        {
            if (ReadJson(Path.Combine(folder, ReplyFile), RunJson.Default.RunReply) is { } reply && reply.RequestId == request.RequestId)
            {
                Disk.Remove(Path.Combine(folder, ReplyFile));
                return reply;
            }
            if (!RunRegistry.IsAlive(training) || Read(folder)?.RunId != training.RunId)
                throw new TrainingException(TrainingExitCode.Failed,
                    $"Run {training.RunId} ('{training.Name}') ended before it answered. Its last state is listed by Get-TrainingState '{training.OutputFolder}'.");
            if (cancel.WaitHandle.WaitOne(AnswerPoll))
                cancel.ThrowIfCancellationRequested();
        }
        throw new TrainingException(TrainingExitCode.Failed, string.Create(System.Globalization.CultureInfo.InvariantCulture,
            $"Run {training.RunId} ('{training.Name}') did not answer within {timeout.TotalSeconds:0} s; it answers after its current step. Ask again with a larger -TimeoutSeconds."));
    }

    /// <summary>Called by the training at its end; leaves an answer that nobody has read yet standing for a moment.</summary>
    public static void Close(string folder)
    {
        var until = DateTime.UtcNow + AnswerStands;
        while (File.Exists(Path.Combine(folder, ReplyFile)) && DateTime.UtcNow < until)
            Thread.Sleep(AnswerPoll);
        try
        {
            Disk.Remove(Path.Combine(folder, RunFile));
            Disk.Remove(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another session reads in it. Without its record the folder is no training any more.
        }
    }

    private static T? ReadJson<T>(string path, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize(TextFile.Read(path, MaxFileBytes), type) : null;
        }
        catch (Exception e) when (e is IOException or JsonException or TextFileException or UnauthorizedAccessException)
        {
            // Removed or replaced at this very moment, or not ours: as good as absent.
            return null;
        }
    }
}
