using KohyaPS.Datasets;
using KohyaPS.Files;

namespace KohyaPS;

/// <summary>
/// Carries out a balance plan. Folders may exchange names, so all of them first move to temporary names; a journal in the folder lets a
/// later call finish what was cut short between any two moves.
/// </summary>
public sealed class DatasetBalancer
{
    private readonly Action<string, string> move;

    /// <summary>Renames on disk.</summary>
    public DatasetBalancer() : this(Disk.Move)
    {
    }

    /// <summary>Renames by the given function, which a test may let fail.</summary>
    internal DatasetBalancer(Action<string, string> move) => this.move = move;

    /// <summary>True when an earlier balancing of the folder was cut short and <see cref="Finish"/> is due.</summary>
    /// <param name="folder">The image folder.</param>
    public static bool IsUnfinished(string folder) => RenameJournal.IsUnfinished(folder);

    /// <summary>Renames the folders of a plan: all of them, or none.</summary>
    /// <param name="plan">A plan without collisions.</param>
    /// <exception cref="DatasetException">Names collide, or a folder cannot be renamed; then every folder has its old name again.</exception>
    public void Apply(BalancePlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        if (plan.Collisions.FirstOrDefault() is { } collision)
            throw new DatasetException($"Nothing was renamed in '{plan.Folder}': {collision.Reason}");
        RenameJournal.RefuseUnfinished(plan.Folder);
        var journal = new RenameJournal([.. plan.Renames.Select(r => new FolderRename(r.Name, r.NewName!))]);
        if (journal.Renames.Count == 0)
            return;
        journal.Begin(plan.Folder);
        Leave(plan.Folder, journal);
        Arrive(plan.Folder, journal);
    }

    /// <summary>Finishes the renames of a balancing that was cut short.</summary>
    /// <param name="folder">The image folder.</param>
    /// <exception cref="DatasetException">The journal is damaged, or a folder cannot be renamed.</exception>
    public void Finish(string folder)
    {
        var (journal, allLeft) = RenameJournal.Read(folder);
        if (!allLeft)
            Leave(folder, journal);
        Arrive(folder, journal);
    }

    private void Leave(string folder, RenameJournal journal)
    {
        for (var i = 0; i < journal.Renames.Count; i++)
        {
            var (from, temporary) = (Path.Combine(folder, journal.Renames[i].From), Path.Combine(folder, RenameJournal.TemporaryName(i)));
            if (Directory.Exists(temporary))
                continue;
            try
            {
                move(from, temporary);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                GoBack(folder, journal, i);
                throw new DatasetException(
                    $"'{from}' cannot be renamed: {e.Message} Nothing was renamed. Close the programs that use the folder and try again.", e);
            }
        }
        RenameJournal.MarkAllLeft(folder);
    }

    private void GoBack(string folder, RenameJournal journal, int left)
    {
        for (var i = left - 1; i >= 0; i--)
            move(Path.Combine(folder, RenameJournal.TemporaryName(i)), Path.Combine(folder, journal.Renames[i].From));
        RenameJournal.End(folder);
    }

    private void Arrive(string folder, RenameJournal journal)
    {
        for (var i = 0; i < journal.Renames.Count; i++)
        {
            var (temporary, to) = (Path.Combine(folder, RenameJournal.TemporaryName(i)), Path.Combine(folder, journal.Renames[i].To));
            if (!Directory.Exists(temporary))
                continue;
            try
            {
                move(temporary, to);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new DatasetException(
                    $"The folder that was '{journal.Renames[i].From}' cannot be renamed to '{to}': {e.Message} " +
                    $"Remove what stands there or close the programs that use it, then type Set-DatasetBalance -Path '{folder}' to finish.", e);
            }
        }
        RenameJournal.End(folder);
    }
}
