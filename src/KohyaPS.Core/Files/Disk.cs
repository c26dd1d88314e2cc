namespace KohyaPS.Files;

/// <summary>
/// Creates, moves and removes files and folders; nothing else in the product does. Windows refuses where one of them is open or mapped, in
/// this process or another. Virus scanners and indexers open new files for a moment, so a refusal is not taken at its first word.
/// </summary>
internal static class Disk
{
    private const int AccessDenied = unchecked((int)0x80070005);
    private const int SharingViolation = unchecked((int)0x80070020);
    internal const int Tries = 7;
    private static readonly TimeSpan firstPause = TimeSpan.FromMilliseconds(10);
    private static readonly EnumerationOptions withoutLinks = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };

    /// <summary>Asked before each change of a path; a test refuses here, on any system, what Windows refuses.</summary>
    internal static Action<string> Ask { get; set; } = _ => { };

    /// <summary>True where a program that has the file or folder open is what a change failed on.</summary>
    public static bool IsRefusal(Exception failure) => failure.HResult == SharingViolation || (OperatingSystem.IsWindows() && failure.HResult == AccessDenied);

    /// <summary>Opens a new file for writing; what stood there is gone.</summary>
    public static FileStream Create(string path) => Change(() => new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 1 << 16), path);

    /// <summary>Moves a file over another or to a free name, or a folder to a free name.</summary>
    public static void Move(string from, string to) => Change(
        () =>
        {
            if (Directory.Exists(from))
                Directory.Move(from, to);
            else
                File.Move(from, to, overwrite: true);
            return true;
        },
        from, to);

    /// <summary>Removes a file or a folder with all that is in it; nothing where there is none.</summary>
    public static void Remove(string path) => Change(
        () =>
        {
            if (Directory.Exists(path))
                RemoveFolder(new(path));
            else if (File.Exists(path))
                File.Delete(path);
            return true;
        },
        path);

    /// <summary>Puts a folder in the place of what stands at the target, which gets another name.</summary>
    /// <param name="folder">The new folder.</param>
    /// <param name="target">Where it goes; put back as it was when that fails.</param>
    /// <param name="aside">The free name for what stood there.</param>
    public static void Replace(string folder, string target, string aside)
    {
        var isTaken = Path.Exists(target);
        if (isTaken)
            Move(target, aside);
        try
        {
            Move(folder, target);
        }
        catch when (isTaken)
        {
            Move(aside, target);
            throw;
        }
    }

    /// <summary>What is free on the disk of a path; null where that is not known, as on a share without a drive letter.</summary>
    public static long? FreeBytes(string path)
    {
        try
        {
            return new DriveInfo(Path.GetFullPath(path)).AvailableFreeSpace;
        }
        catch (Exception e) when (e is IOException or ArgumentException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // Windows removes nothing that is marked as read-only, as copies of such files are. What a link leads to is not ours.
    private static void RemoveFolder(DirectoryInfo folder)
    {
        var entries = folder.LinkTarget is null ? folder.EnumerateFileSystemInfos("*", withoutLinks) : [];
        foreach (var entry in entries.Where(entry => entry.Attributes.HasFlag(FileAttributes.ReadOnly)))
            entry.Attributes &= ~FileAttributes.ReadOnly;
        folder.Delete(recursive: true);
    }

    private static T Change<T>(Func<T> change, params ReadOnlySpan<string> paths)
    {
        for (var (pause, left) = (firstPause, Tries - 1); ; (pause, left) = (pause * 2, left - 1))
        {
            try
            {
                foreach (var path in paths)
                    Ask(path);
                return change();
            }
            catch (Exception e) when (left > 0 && IsRefusal(e))
            {
                Thread.Sleep(pause);
            }
        }
    }
}
