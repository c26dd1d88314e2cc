using KohyaPS.Files;

namespace KohyaPS.Datasets;

/// <summary>Every file and folder below a folder; links count as what they lead to.</summary>
/// <param name="Root">Full path of the folder.</param>
/// <param name="Folders">Paths of the folders relative to the root, parents before children.</param>
/// <param name="Files">Paths of the files relative to the root, in ordinal order.</param>
internal sealed record FolderTree(string Root, IReadOnlyList<string> Folders, IReadOnlyList<string> Files)
{
    // FAT keeps times in steps of two seconds.
    private static readonly TimeSpan CoarsestTimeStamp = TimeSpan.FromSeconds(2);

    /// <summary>Lists a tree.</summary>
    /// <exception cref="DatasetException">A link leads nowhere or back to a folder above it.</exception>
    public static FolderTree Read(string root)
    {
        var folders = new List<string>();
        var files = new List<string>();
        Walk("", [RealPath.Of(root)]);
        return new(root, folders, files);

        void Walk(string below, string[] above)
        {
            foreach (var entry in new DirectoryInfo(Path.Combine(root, below)).EnumerateFileSystemInfos("*", DatasetReader.Everything).OrderBy(e => e.Name, StringComparer.Ordinal))
            {
                var relative = Path.Combine(below, entry.Name);
                if (entry.LinkTarget is { } link && !File.Exists(entry.FullName) && !Directory.Exists(entry.FullName))
                    throw new DatasetException($"'{entry.FullName}' is a link to '{link}', which does not exist. Remove the link or restore what it leads to.");
                if (!Directory.Exists(entry.FullName))
                {
                    files.Add(relative);
                    continue;
                }
                var real = RealPath.Of(entry.FullName);
                if (above.Contains(real))
                    throw new DatasetException($"'{entry.FullName}' is a link to a folder above it, so that a copy would never end. Remove the link.");
                folders.Add(relative);
                Walk(relative, [.. above, real]);
            }
        }
    }

    /// <summary>The size of all files in bytes.</summary>
    public long TotalBytes => Files.Sum(f => SizeBytes(Path.Combine(Root, f)));

    /// <summary>True when the other tree has the same names, bytes and time stamps of files.</summary>
    public bool IsSameAs(FolderTree other) =>
        Folders.SequenceEqual(other.Folders) && Files.SequenceEqual(other.Files)
        && Files.All(f => IsSameFile(Path.Combine(Root, f), Path.Combine(other.Root, f)));

    private static long SizeBytes(string path)
    {
        using var handle = File.OpenHandle(path);
        return RandomAccess.GetLength(handle);
    }

    private static bool IsSameFile(string one, string other)
    {
        using var left = File.OpenRead(one);
        using var right = File.OpenRead(other);
        var apart = File.GetLastWriteTimeUtc(left.SafeFileHandle) - File.GetLastWriteTimeUtc(right.SafeFileHandle);
        if (left.Length != right.Length || apart.Duration() > CoarsestTimeStamp)
            return false;
        var (a, b) = (new byte[1 << 16], new byte[1 << 16]);
        while (true)
        {
            var read = left.ReadAtLeast(a, a.Length, throwOnEndOfStream: false);
            if (right.ReadAtLeast(b, b.Length, throwOnEndOfStream: false) != read || !a.AsSpan(0, read).SequenceEqual(b.AsSpan(0, read)))
                return false;
            if (read < a.Length)
                return true;
        }
    }
}
