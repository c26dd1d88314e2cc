using System.ComponentModel;
using System.Diagnostics;
using KohyaPS.Files;

namespace KohyaPS.Training.Runs;

/// <summary>
/// Which output folders have a running training: one small file a run in a folder that every account of the machine can reach, so that
/// an administrator finds a training that a scheduled task runs under another account. The file names only the run folder; what is true
/// stands there.
/// </summary>
public static class RunRegistry
{
    private const int MaxRecordBytes = 1 << 20;
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(2);

    /// <summary>The registry's folder: KOHYAPS_RUNS, else a folder of the machine.</summary>
    public static string Folder => Environment.GetEnvironmentVariable("KOHYAPS_RUNS") is { Length: > 0 } chosen
        ? chosen
        : OperatingSystem.IsWindows()
            ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.CommonApplicationData), "KohyaPS", "Runs")
            : Path.Combine(Path.GetTempPath(), "kohyaps-runs");

    /// <summary>Registers a training; a registry that cannot be written is no reason not to train.</summary>
    /// <returns>False when the registry cannot be written: the training is then found by its output folder only.</returns>
    public static bool Add(ActiveTraining training)
    {
        ArgumentNullException.ThrowIfNull(training);
        try
        {
            if (!OperatingSystem.IsWindows() && !Directory.Exists(Folder))
            {
                Directory.CreateDirectory(Folder);
                // As /tmp: all may add, only the owner removes. The mask of the account would cut the mode of a new folder.
                File.SetUnixFileMode(Folder, (UnixFileMode)0b001_111_111_111);
            }
            AtomicFile.WriteText(FileOf(training.RunId), RunFolder.PathOf(training.OutputFolder, training.Name));
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Removes a training; silent when it is not there.</summary>
    public static void Remove(string runId)
    {
        try
        {
            Disk.Remove(FileOf(runId));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A record that stays behind is seen to be stale: its process is gone.
        }
    }

    /// <summary>The trainings that run now, oldest first.</summary>
    public static IReadOnlyList<ActiveTraining> List() => List(Folder);

    /// <summary>The same of another registry.</summary>
    internal static IReadOnlyList<ActiveTraining> List(string folder)
    {
        if (!Directory.Exists(folder))
            return [];
        var found = new List<ActiveTraining>();
        foreach (var file in Directory.EnumerateFiles(folder, "*.run"))
        {
            try
            {
                if (RunFolder.Read(TextFile.Read(file, MaxRecordBytes).Trim()) is { } training && IsAlive(training))
                    found.Add(training);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or TextFileException)
            {
                // Ended at this very moment, or not readable for this account.
            }
        }
        return [.. found.OrderBy(t => t.Started)];
    }

    /// <summary>The running trainings that write to a folder, registered or not.</summary>
    public static IReadOnlyList<ActiveTraining> In(string outputFolder) => !Directory.Exists(outputFolder)
        ? []
        : [.. Directory.EnumerateDirectories(outputFolder, ".*.run").Select(RunFolder.Read).OfType<ActiveTraining>().Where(IsAlive)];

    /// <summary>True while the process that announced the training lives.</summary>
    public static bool IsAlive(ActiveTraining training)
    {
        ArgumentNullException.ThrowIfNull(training);
        try
        {
            using var process = Process.GetProcessById(training.ProcessId);
            return (new DateTimeOffset(process.StartTime) - training.ProcessStarted).Duration() < ClockTolerance;
        }
        catch (ArgumentException)
        {
            return false;
        }
        catch (Exception e) when (e is Win32Exception or InvalidOperationException)
        {
            // The process of another account: it lives, its start time is not for us.
            return e is Win32Exception;
        }
    }

    private static string FileOf(string runId) => Path.Combine(Folder, Path.GetFileName(runId) + ".run");
}
