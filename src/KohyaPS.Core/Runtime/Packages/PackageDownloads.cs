using KohyaPS.Files;

namespace KohyaPS.Runtime.Packages;

/// <summary>Brings packages into a folder. What a broken download left is kept and goes on where it stopped.</summary>
internal sealed class PackageDownloads(string folder, IPackageSource source, Action<RuntimeProgress> report, CancellationToken cancel)
{
    private const int BufferSize = 1 << 20;

    /// <summary>The path of the whole package.</summary>
    public string Get(PackageIdentity package)
    {
        Directory.CreateDirectory(folder);
        var whole = Path.Combine(folder, package.FileName);
        if (File.Exists(whole))
            return whole;
        var partial = whole + ".partial";
        using (var target = new FileStream(partial, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None))
        {
            using var stream = source.Open(package, target.Length, cancel);
            if (stream.Offset > target.Length)
                throw Broken($"The source answered {package} from a position that was not asked for.");
            target.SetLength(stream.Offset);
            target.Position = stream.Offset;
            EnsureSpace(stream.TotalBytes - stream.Offset);
            Copy(package, stream, target);
            if (target.Length != stream.TotalBytes)
                throw Broken($"{package} broke off at {target.Length} of {stream.TotalBytes} bytes. Run the command again: it goes on from there.");
            target.Flush(flushToDisk: true);
        }
        Disk.Move(partial, whole);
        return whole;
    }

    /// <summary>Throws a package away, so that the next run fetches it anew.</summary>
    public void Discard(PackageIdentity package) => Disk.Remove(Path.Combine(folder, package.FileName));

    private void Copy(PackageIdentity package, PackageContent stream, FileStream target)
    {
        var buffer = new byte[BufferSize];
        try
        {
            for (int read; (read = stream.Bytes.Read(buffer)) > 0;)
            {
                cancel.ThrowIfCancellationRequested();
                target.Write(buffer, 0, read);
                report(new($"Downloading {package}", target.Length, stream.TotalBytes));
            }
        }
        catch (IOException e) when (e is not FileNotFoundException)
        {
            throw new TrainingException(TrainingExitCode.Environment, $"Downloading {package} failed: {e.Message} Run the command again: it goes on from there.", e);
        }
    }

    private void EnsureSpace(long needed)
    {
        if (Disk.FreeBytes(folder) is { } free && needed > free)
            throw Broken($"'{folder}' has {free >> 20} MB free, the next package needs {needed >> 20}. Make room, or pass -Destination with a folder on another disk.");
    }

    private static TrainingException Broken(string message) => new(TrainingExitCode.Environment, message);
}
