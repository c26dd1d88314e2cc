namespace KohyaPS.Datasets;

/// <summary>Copies a folder tree so that every file and folder has the bytes and the time stamps of its source.</summary>
internal static class TreeCopy
{
    /// <param name="tree">What to copy.</param>
    /// <param name="target">Folder to make; it must not exist.</param>
    /// <param name="copied">Called after each file.</param>
    /// <param name="stop">Ends the work before the next file.</param>
    public static void Copy(FolderTree tree, string target, Action copied, CancellationToken stop)
    {
        Directory.CreateDirectory(target);
        foreach (var folder in tree.Folders)
            Directory.CreateDirectory(Path.Combine(target, folder));
        foreach (var file in tree.Files)
        {
            stop.ThrowIfCancellationRequested();
            CopyFile(Path.Combine(tree.Root, file), Path.Combine(target, file));
            copied();
        }
        // Children before parents, since making a child changes the time of its parent.
        foreach (var folder in tree.Folders.Reverse().Append(""))
            CopyTimes(new DirectoryInfo(Path.Combine(tree.Root, folder)), new DirectoryInfo(Path.Combine(target, folder)));
    }

    /// <summary>Copies a file with its times, and flushes it to the disk.</summary>
    public static void CopyFile(string source, string target)
    {
        // Copies the times too, on Linux to the nanosecond.
        File.Copy(source, target);
        var isReadOnly = OperatingSystem.IsWindows() && new FileInfo(target).IsReadOnly;
        if (isReadOnly)
            File.SetAttributes(target, File.GetAttributes(target) & ~FileAttributes.ReadOnly);
        // Windows flushes only what is open for writing.
        using (var handle = File.OpenHandle(target, FileMode.Open, OperatingSystem.IsWindows() ? FileAccess.ReadWrite : FileAccess.Read))
            RandomAccess.FlushToDisk(handle);
        if (OperatingSystem.IsWindows())
            File.SetCreationTimeUtc(target, File.GetCreationTimeUtc(source));
        if (isReadOnly)
            File.SetAttributes(target, File.GetAttributes(target) | FileAttributes.ReadOnly);
    }

    private static void CopyTimes(DirectoryInfo source, DirectoryInfo target)
    {
        if (OperatingSystem.IsWindows())
            target.CreationTimeUtc = source.CreationTimeUtc;
        target.LastWriteTimeUtc = source.LastWriteTimeUtc;
    }
}
