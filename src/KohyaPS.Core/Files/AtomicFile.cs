namespace KohyaPS.Files;

/// <summary>
/// Writes a file so that a reader, a crash or a full disk never sees half of it: beside the target under a temporary name, flushed to the
/// disk, then renamed over the target.
/// </summary>
public static class AtomicFile
{
    /// <summary>Suffix of the temporary file beside the target.</summary>
    public const string TemporarySuffix = ".partial";

    /// <summary>Writes the whole file; the folder is created when it is missing.</summary>
    /// <param name="path">The target; replaced when it exists.</param>
    /// <param name="write">Writes the content; when it throws, the target is untouched and the temporary file removed.</param>
    /// <exception cref="IOException">The file cannot be written: the disk is full, the target is a folder or in use.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        var target = Path.GetFullPath(path);
        if (Directory.Exists(target))
            throw new DestinationException($"'{target}' is a folder; a file is to be written there. Choose another name or move the folder away.");
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        var temporary = target + TemporarySuffix;
        try
        {
            using (var stream = Disk.Create(temporary))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }
            Disk.Move(temporary, target);
        }
        catch
        {
            Disk.RemoveQuietly(temporary);
            throw;
        }
    }

    /// <summary>Writes text as UTF-8 without a mark.</summary>
    /// <param name="path">The target; replaced when it exists.</param>
    /// <param name="text">The whole content.</param>
    public static void WriteText(string path, string text) => Write(path, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text)));
}
