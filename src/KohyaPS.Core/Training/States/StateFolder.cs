using System.Security.Cryptography;
using KohyaPS.Files;

namespace KohyaPS.Training.States;

/// <summary>Writes, finds, checks and removes state folders. What is inside the files is the engine's business.</summary>
public static class StateFolder
{
    private const string OldSuffix = ".old";

    /// <summary>Writes a state: all files into a folder beside the target, the manifest last, then renamed over the target.</summary>
    /// <param name="folder">The state's folder; replaced when it exists.</param>
    /// <param name="manifest">Where the training stands; its files are filled in here.</param>
    /// <param name="files">Name and writer of each file; the writer gets the path to write to.</param>
    public static TrainingState Write(string folder, StateManifest manifest, IReadOnlyDictionary<string, Action<string>> files)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(files);
        var target = Path.GetFullPath(folder);
        var beside = target + AtomicFile.TemporarySuffix;
        Disk.Remove(beside);
        Directory.CreateDirectory(beside);
        try
        {
            var written = new SortedDictionary<string, StateFile>(StringComparer.Ordinal);
            foreach (var (name, write) in files)
            {
                var path = Path.Combine(beside, name);
                write(path);
                written[name] = Describe(path);
            }
            AtomicFile.WriteText(Path.Combine(beside, StateManifest.FileName), (manifest with { Files = written }).ToJson());
            Replace(target, beside);
        }
        catch
        {
            Disk.RemoveQuietly(beside);
            throw;
        }
        return manifest.Describe(target);
    }

    /// <summary>Reads the manifest and proves that every file of the state is there, whole and unchanged.</summary>
    /// <exception cref="TrainingException">The folder is no state, or a file is missing or changed; the message names it.</exception>
    public static StateManifest Open(string folder)
    {
        if (!Directory.Exists(folder))
            throw new TrainingException(TrainingExitCode.Invalid, $"There is no state '{folder}'. List what there is with Get-TrainingState '{Path.GetDirectoryName(Path.GetFullPath(folder))}'.");
        var manifest = StateManifest.Read(folder) ?? throw new TrainingException(TrainingExitCode.Invalid,
            $"'{folder}' is no complete state: it has no {StateManifest.FileName}. List the complete ones with Get-TrainingState '{Path.GetDirectoryName(Path.GetFullPath(folder))}'.");
        foreach (var (name, expected) in manifest.Files)
        {
            if (name != Path.GetFileName(name))
                throw StateManifest.Damaged(folder, $"its manifest names '{name}', which is no plain file name", null);
            var path = Path.Combine(folder, name);
            if (!File.Exists(path))
                throw StateManifest.Damaged(folder, $"its file '{name}' is missing", null);
            if (Describe(path) != expected)
                throw StateManifest.Damaged(folder, $"its file '{name}' was changed after it was written", null);
        }
        return manifest;
    }

    /// <summary>The complete states directly below a folder, newest last. Damaged ones are left out.</summary>
    public static IReadOnlyList<TrainingState> Find(string folder)
    {
        var found = new List<TrainingState>();
        foreach (var candidate in Directory.EnumerateDirectories(folder))
        {
            try
            {
                if (StateManifest.Read(candidate) is { } manifest)
                    found.Add(manifest.Describe(candidate));
            }
            catch (TrainingException)
            {
                // Not readable for this version: Open says why to whoever names it.
            }
        }
        return [.. found.OrderBy(s => s.Created).ThenBy(s => s.Step)];
    }

    /// <summary>Removes a state: its manifest first, so that what a crash leaves is no state.</summary>
    public static void Remove(string folder)
    {
        Disk.Remove(Path.Combine(folder, StateManifest.FileName));
        Disk.Remove(folder);
    }

    // Two renames: between them the old state is whole under another name, and Find lists it.
    private static void Replace(string target, string beside)
    {
        var old = target + OldSuffix;
        Remove(old);
        Disk.Replace(beside, target, old);
        Remove(old);
    }

    private static StateFile Describe(string path)
    {
        using var stream = File.OpenRead(path);
        return new StateFile(stream.Length, Convert.ToHexStringLower(SHA256.HashData(stream)));
    }
}
