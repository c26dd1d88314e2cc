using KohyaPS.Datasets;
using KohyaPS.Files;

namespace KohyaPS;

/// <summary>
/// Makes the folders of a plan. Pictures are copied, never moved or changed: every copy has the bytes and the time stamp of its source.
/// A copy is made under a temporary name beside its target and renamed when it is whole.
/// </summary>
public static class FolderPreparer
{
    private const string ReplacedSuffix = ".replaced";

    /// <summary>Copies the folders and makes img, model and log; reg only with regularisation pictures.</summary>
    /// <param name="plan">A plan without problems.</param>
    /// <param name="copied">Called after each file with the number of files copied so far and of all.</param>
    /// <param name="stop">Ends the work after the current file; then nothing is left behind.</param>
    /// <exception cref="DatasetException">The plan has problems, or a file cannot be copied; then nothing is left behind.</exception>
    public static void Prepare(FolderPreparationPlan plan, Action<int, int>? copied = null, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        if (plan.Problems.Count > 0)
            throw new DatasetException(string.Join(Environment.NewLine, plan.Problems.Select(p => p.Message)));
        var (made, placed) = (new List<string>(), new Stack<string>());
        var pending = plan.Folders.Where(f => f.State != PreparedFolderState.Current).ToList();
        try
        {
            foreach (var folder in (string[])[plan.ImageFolder, plan.LoggingFolder, plan.OutputFolder, .. pending.Select(p => Path.GetDirectoryName(p.Target)!)])
                MakeFolder(folder, made);
            var all = pending.Sum(p => p.FileCount);
            var done = 0;
            foreach (var folder in pending)
                Stage(folder, () => copied?.Invoke(++done, all), stop);
            foreach (var folder in pending)
            {
                PutInPlace(folder.Target);
                placed.Push(folder.Target);
            }
            foreach (var target in placed)
                Disk.RemoveQuietly(Beside(target, ReplacedSuffix));
        }
        catch (Exception e)
        {
            Undo(pending, made, placed);
            if (e is IOException or UnauthorizedAccessException)
                throw new DatasetException($"The folders were not prepared: {e.Message} Nothing was left behind. Free space or choose another -Destination, then try again.", e);
            throw;
        }
    }

    private static string Beside(string target, string suffix) => Path.Combine(Path.GetDirectoryName(target)!, "." + Path.GetFileName(target) + suffix);

    private static void MakeFolder(string folder, List<string> made)
    {
        for (var at = folder; at is not null && !Directory.Exists(at); at = Path.GetDirectoryName(at))
            made.Add(at);
        Directory.CreateDirectory(folder);
    }

    private static void Stage(PreparedFolder folder, Action copied, CancellationToken stop)
    {
        var staged = Beside(folder.Target, AtomicFile.TemporarySuffix);
        Disk.Remove(staged);
        TreeCopy.Copy(FolderTree.Read(folder.Source), staged, copied, stop);
    }

    private static void PutInPlace(string target)
    {
        var (staged, replaced) = (Beside(target, AtomicFile.TemporarySuffix), Beside(target, ReplacedSuffix));
        Disk.Remove(replaced);
        Disk.Replace(staged, target, replaced);
    }

    private static void PutBack(string target)
    {
        Disk.RemoveQuietly(target);
        if (Directory.Exists(Beside(target, ReplacedSuffix)) && !Directory.Exists(target))
            Disk.Move(Beside(target, ReplacedSuffix), target);
    }

    // All folders or none: a set without its regularisation pictures is another set.
    private static void Undo(List<PreparedFolder> pending, List<string> made, IEnumerable<string> placed)
    {
        foreach (var target in placed)
            PutBack(target);
        foreach (var folder in pending)
            Disk.RemoveQuietly(Beside(folder.Target, AtomicFile.TemporarySuffix));
        // The deepest first; those that hold something meanwhile stay.
        foreach (var folder in made.OrderByDescending(m => m.Length))
            if (Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any())
                Disk.RemoveQuietly(folder);
    }
}
