using System.Text.Json;
using KohyaPS.Files;

namespace KohyaPS.Datasets;

/// <summary>
/// The renames of one balancing, on disk while they are done, so that a later run can finish what a crash cut short. Its file name tells
/// the phase: while folders move to temporary names a folder not yet there still has its old name; afterwards it has its new one.
/// </summary>
/// <param name="Renames">The renames, in the order in which they are done.</param>
internal sealed record RenameJournal(IReadOnlyList<FolderRename> Renames)
{
    private const string LeavingName = ".kohyaps-balance.leaving.json";
    private const string ArrivingName = ".kohyaps-balance.arriving.json";
    private const string TemporaryPrefix = ".kohyaps-balance-";

    // A folder with more concepts than this was not written by us.
    private const long LargestBytes = 16 << 20;

    /// <summary>True for the names that only an interrupted balancing leaves in an image folder.</summary>
    public static bool IsOurs(string name) => name.StartsWith(".kohyaps-balance", StringComparison.Ordinal);

    /// <summary>The temporary name of the rename at a position.</summary>
    public static string TemporaryName(int position) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{TemporaryPrefix}{position}");

    /// <summary>True when a balancing of the folder was cut short.</summary>
    public static bool IsUnfinished(string folder) => File.Exists(Path.Combine(folder, LeavingName)) || File.Exists(Path.Combine(folder, ArrivingName));

    /// <summary>Throws when a balancing of the folder was cut short, since its names are then half old, half new.</summary>
    public static void RefuseUnfinished(string folder)
    {
        if (IsUnfinished(folder))
            throw new DatasetException($"Balancing '{folder}' was interrupted. Type Set-DatasetBalance -Path '{folder}' to finish it.");
    }

    /// <summary>Reads the journal of an interrupted balancing.</summary>
    /// <returns>The renames, and whether all folders had left their old names.</returns>
    /// <exception cref="DatasetException">The journal is damaged or names something outside the folder.</exception>
    public static (RenameJournal Journal, bool AllLeft) Read(string folder)
    {
        var arriving = Path.Combine(folder, ArrivingName);
        var allLeft = File.Exists(arriving);
        var path = allLeft ? arriving : Path.Combine(folder, LeavingName);
        try
        {
            var journal = JsonSerializer.Deserialize<RenameJournal>(TextFile.Read(path, LargestBytes)) ?? throw new JsonException("it is empty");
            if (journal.Renames is not { } renames || renames.Any(r => !IsPlainName(r?.From) || !IsPlainName(r?.To)))
                throw new JsonException("it names something that is not a plain folder name");
            return (journal, allLeft);
        }
        catch (Exception e) when (e is JsonException or TextFileException)
        {
            throw new DatasetException(
                $"'{path}' tells how to finish an interrupted balancing, but it is damaged: {e.Message}. " +
                $"Rename the folders called '{TemporaryPrefix}<n>' by hand, then delete it.", e);
        }
    }

    /// <summary>Writes the journal before the first folder moves.</summary>
    public void Begin(string folder) =>
        AtomicFile.Write(Path.Combine(folder, LeavingName), stream => JsonSerializer.Serialize(stream, this));

    /// <summary>Notes that every folder has left its old name.</summary>
    public static void MarkAllLeft(string folder) => Disk.Move(Path.Combine(folder, LeavingName), Path.Combine(folder, ArrivingName));

    /// <summary>Removes the journal: every folder has its name.</summary>
    public static void End(string folder)
    {
        Disk.Remove(Path.Combine(folder, LeavingName));
        Disk.Remove(Path.Combine(folder, ArrivingName));
    }

    private static bool IsPlainName(string? name) =>
        !string.IsNullOrEmpty(name) && name is not ("." or "..") && name.IndexOfAny([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar, '\0']) < 0;
}
