using KohyaPS.Datasets;
using KohyaPS.Files;

namespace KohyaPS;

/// <summary>
/// The renames that give every concept of an image folder about the same number of steps in an epoch:
/// repeats = max(1, round(steps / pictures * weight)), half to even. Reads the folder, changes nothing.
/// </summary>
public sealed class BalancePlan
{
    private BalancePlan(string folder, IReadOnlyList<DatasetBalance> entries)
    {
        Folder = folder;
        Entries = MarkCollisions(entries);
    }

    /// <summary>Full path of the image folder.</summary>
    public string Folder { get; }

    /// <summary>Every entry of the folder in ordinal order of names, also what is left alone.</summary>
    public IReadOnlyList<DatasetBalance> Entries { get; }

    /// <summary>The folders that get another name.</summary>
    public IEnumerable<DatasetBalance> Renames => Entries.Where(e => e.Action == BalanceAction.Rename);

    /// <summary>The folders whose new name is taken; while there are any, nothing may be renamed.</summary>
    public IEnumerable<DatasetBalance> Collisions => Entries.Where(e => e.Action == BalanceAction.Collision);

    /// <summary>Plans the renames for a folder.</summary>
    /// <param name="folder">The image folder, which holds the folders named repeats_name.</param>
    /// <param name="stepsPerConcept">Wanted steps of each concept in an epoch at batch size 1; a fraction is cut off.</param>
    /// <param name="includeUnnumbered">Also plan for folders whose name has no repeats yet; the number is put in front.</param>
    /// <exception cref="DatasetException">The folder is missing or the number of steps is not positive.</exception>
    public static BalancePlan Create(string folder, double stepsPerConcept, bool includeUnnumbered = false)
    {
        if (!(stepsPerConcept > 0 && stepsPerConcept <= int.MaxValue))
            throw new DatasetException(string.Create(System.Globalization.CultureInfo.InvariantCulture,
                $"{stepsPerConcept} steps per concept cannot be reached: the number must lie between 1 and {int.MaxValue}. Type -StepsPerConcept 1000, say."));
        if (string.IsNullOrWhiteSpace(folder) || !Directory.Exists(folder))
            throw new DatasetException($"The folder '{folder}' does not exist. Give the folder that holds the folders named <repeats>_<name>, such as 10_mydog.");
        var steps = Math.Truncate(stepsPerConcept);
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        RenameJournal.RefuseUnfinished(full);
        var entries = new DirectoryInfo(full).EnumerateFileSystemInfos("*", DatasetReader.Everything)
            .OrderBy(e => e.Name, StringComparer.Ordinal)
            .Select(e => Plan(e, steps, includeUnnumbered));
        return new(full, [.. entries]);
    }

    /// <summary>The same plan with only some of its renames; the other folders keep their names, which may collide then.</summary>
    /// <param name="wanted">Tells which of the renames are to be done.</param>
    public BalancePlan Only(Func<DatasetBalance, bool> wanted) => new(Folder,
        [.. Entries.Select(e => e.Action != BalanceAction.Rename || wanted(e)
            ? e
            : e with { Action = BalanceAction.Unchanged, NewName = e.Name, NewRepeats = e.Repeats })]);

    private static DatasetBalance Plan(FileSystemInfo entry, double steps, bool includeUnnumbered)
    {
        var concept = FolderConcept.Parse(entry.Name);
        var found = new DatasetBalance { Name = entry.Name, Path = entry.FullName, Repeats = concept.Repeats };
        if (!Directory.Exists(entry.FullName))
            return found with { Action = BalanceAction.SkippedFile, Reason = "It is a file; only folders are balanced." };
        if (!concept.IsNumbered && (!includeUnnumbered || concept.Rest.Length == 0))
            return found with
            {
                Action = BalanceAction.SkippedName,
                Reason = "Its name is not <repeats>_<name>, such as 10_mydog. Rename it, or pass -IncludeUnnumbered to put the repeats in front.",
            };
        var images = Directory.EnumerateFiles(entry.FullName, "*", DatasetReader.Everything).Count(f => ImageFiles.IsMeantAsPicture(Path.GetFileName(f)));
        found = found with { Images = images, Weight = concept.Weight, WantedSteps = steps * concept.Weight };
        if (images == 0)
            return found with { Action = BalanceAction.SkippedEmpty, Reason = "It holds no pictures that would be trained. Add pictures or remove the folder." };
        var repeats = Math.Max(1, Math.Round(steps / images * concept.Weight, MidpointRounding.ToEven));
        if (!(repeats <= int.MaxValue))
            return found with { Action = BalanceAction.SkippedName, Reason = "The weight in braces is too large. Use a small number, such as {2}." };
        var newName = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{(int)repeats}_{concept.Rest}");
        return found with
        {
            NewRepeats = (int)repeats,
            NewName = newName,
            Action = newName == entry.Name ? BalanceAction.Unchanged : BalanceAction.Rename,
        };
    }

    private static DatasetBalance[] MarkCollisions(IReadOnlyList<DatasetBalance> entries)
    {
        var comparer = StringComparer.FromComparison(RealPath.Comparison);
        var claims = entries.GroupBy(NameAfterwards, comparer).Where(g => g.Count() > 1).ToDictionary(g => g.Key, g => g.ToList(), comparer);
        return [.. entries.Select(e => claims.GetValueOrDefault(NameAfterwards(e)) is { } rivals && e.NewName is not null
            ? e with
            {
                Action = BalanceAction.Collision,
                Reason = $"{string.Join(" and ", rivals.Select(r => $"'{r.Name}'"))} would all be called '{e.NewName}'. Rename or merge one of them first.",
            }
            : e)];
    }

    /// <summary>What the entry is called when the plan is done.</summary>
    private static string NameAfterwards(DatasetBalance entry) => entry.NewName ?? entry.Name;
}
