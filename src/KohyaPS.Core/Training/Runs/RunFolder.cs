using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using KohyaPS.Files;

namespace KohyaPS.Training.Runs;

/// <summary>
/// The meeting place of a running training and other sessions: a hidden folder <c>.NAME.run</c> in its output folder. The training writes
/// <c>run.json</c> at its start and answers requests; another session leaves <c>request-ID.json</c> and waits for <c>reply-ID.json</c>, so that
/// several may ask at once. Whoever may write to the output folder may ask.
/// </summary>
public static class RunFolder
{
    private const string RunFile = "run.json";
    private const string RequestPrefix = "request-";
    private const string ReplyPrefix = "reply-";
    private const string Ending = ".json";
    private const int MaxFileBytes = 1 << 20;
    private static readonly TimeSpan AnswerStands = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan AnswerPoll = TimeSpan.FromMilliseconds(50);

    /// <summary>The folder of one training.</summary>
    public static string PathOf(string outputFolder, string name) => Path.Combine(outputFolder, FolderName(name));

    /// <summary>Announces a training. One training at a time may write under a name in a folder.</summary>
    /// <returns>The folder, for <see cref="TakeRequests"/> and <see cref="Close"/>.</returns>
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
        Leave(Path.Combine(folder, RunFile), training, RunJson.Default.ActiveTraining);
        return folder;
    }

    /// <summary>
    /// The training of a run folder; null when the folder has none or its record cannot be read. The record is believed neither where it lies nor
    /// what the folder is called.
    /// </summary>
    public static ActiveTraining? Read(string folder) =>
        ReadJson(Path.Combine(folder, RunFile), RunJson.Default.ActiveTraining) is { } training && FolderName(training.Name).Equals(Path.GetFileName(folder), StringComparison.OrdinalIgnoreCase)
            ? training with { OutputFolder = Path.GetDirectoryName(folder)! }
            : null;

    /// <summary>Called by the training after each step: the requests that were left, which are thereby taken.</summary>
    public static IReadOnlyList<RunRequest> TakeRequests(string folder)
    {
        try
        {
            var taken = new List<RunRequest>();
            foreach (var file in Directory.GetFiles(folder, RequestPrefix + "*" + Ending))
            {
                // The answer is named after the file: what a request says of itself makes no path.
                if (Take(file, RunJson.Default.RunRequest) is { } request)
                    taken.Add(request with { RequestId = Path.GetFileNameWithoutExtension(file)[RequestPrefix.Length..] });
            }
            return taken;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A training whose folder is gone hears no requests; it goes on.
            return [];
        }
    }

    /// <summary>Called by the training: answers a request. That a session cannot be answered is no reason to end a training.</summary>
    public static void Reply(string folder, RunReply reply)
    {
        ArgumentNullException.ThrowIfNull(reply);
        try
        {
            Leave(Path.Combine(folder, ReplyPrefix + reply.RequestId + Ending), reply, RunJson.Default.RunReply);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It waits until its time is over.
        }
    }

    /// <summary>Called by another session: leaves a request and waits for the answer.</summary>
    /// <param name="training">The training to ask.</param>
    /// <param name="kind">What it is to do after its current step.</param>
    /// <param name="timeout">How long to wait; a step of a large model can take minutes on a slow machine.</param>
    /// <param name="cancel">Ends the waiting; the request stays.</param>
    /// <exception cref="TrainingException">The training cannot be asked, ended without an answer, or did not answer in time.</exception>
    public static RunReply Ask(ActiveTraining training, RunRequestKind kind, TimeSpan timeout, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(training);
        var folder = PathOf(training.OutputFolder, training.Name);
        var request = new RunRequest(Guid.NewGuid().ToString("N"), kind);
        try
        {
            Leave(Path.Combine(folder, RequestPrefix + request.RequestId + Ending), request, RunJson.Default.RunRequest);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw !Directory.Exists(folder) ? Ended(training) : new TrainingException(TrainingExitCode.Environment,
                $"Run {training.RunId} ('{training.Name}') cannot be asked: {e.Message} Ask from an account that may write to '{training.OutputFolder}', and free space when the disk is full.", e);
        }
        var until = DateTime.UtcNow + timeout;
        while (DateTime.UtcNow < until)
        {
            if (Take(Path.Combine(folder, ReplyPrefix + request.RequestId + Ending), RunJson.Default.RunReply) is { } reply)
                return reply;
            if (!RunRegistry.IsAlive(training) || Read(folder)?.RunId != training.RunId)
                throw Ended(training);
            if (cancel.WaitHandle.WaitOne(AnswerPoll))
                cancel.ThrowIfCancellationRequested();
        }
        throw new TrainingException(TrainingExitCode.Failed, string.Create(System.Globalization.CultureInfo.InvariantCulture,
            $"Run {training.RunId} ('{training.Name}') did not answer within {timeout.TotalSeconds:0} s; it answers after its current step. Ask again with a larger -TimeoutSeconds."));
    }

    /// <summary>Called by the training at its end; leaves answers that nobody has read yet standing for a moment.</summary>
    public static void Close(string folder)
    {
        try
        {
            var until = DateTime.UtcNow + AnswerStands;
            while (Directory.EnumerateFiles(folder, ReplyPrefix + "*" + Ending).Any() && DateTime.UtcNow < until)
                Thread.Sleep(AnswerPoll);
            Disk.Remove(Path.Combine(folder, RunFile));
            Disk.Remove(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another session reads in it. Without its record the folder is no training any more.
        }
    }

    private static string FolderName(string name) => $".{name}.run";

    private static TrainingException Ended(ActiveTraining training) => new(TrainingExitCode.Failed,
        $"Run {training.RunId} ('{training.Name}') ended before it answered. Its last state is listed by Get-TrainingState '{training.OutputFolder}'.");

    // Unlike AtomicFile this makes no folder: one that a training has just removed must not come back.
    private static void Leave<T>(string path, T message, JsonTypeInfo<T> type)
    {
        var temporary = path + AtomicFile.TemporarySuffix;
        using (var stream = Disk.Create(temporary))
            JsonSerializer.Serialize(stream, message, type);
        Disk.Move(temporary, path);
    }

    // A message is for one reader: what cannot be removed yet, as when a scanner has it open, is read later.
    private static T? Take<T>(string path, JsonTypeInfo<T> type)
        where T : class
    {
        if (ReadJson(path, type) is not { } message)
            return null;
        try
        {
            Disk.Remove(path);
            return message;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static T? ReadJson<T>(string path, JsonTypeInfo<T> type)
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
