using System.Security.Cryptography;

namespace KohyaPS.Build.StageNatives;

/// <summary>Which package a native comes from.</summary>
internal enum PinnedPackage
{
    /// <summary>libtorch-cpu-*: PyTorch's own libraries.</summary>
    Libtorch,

    /// <summary>TorchSharp: the bridge between .NET and libtorch.</summary>
    TorchSharp,
}

/// <summary>One native file as the package must hold it.</summary>
/// <param name="Name">The file name, the same in the package and in the module.</param>
/// <param name="Package">Where it comes from.</param>
/// <param name="Sha256">The hash of the packaged file.</param>
/// <param name="WeakNeed">A library version that the staged copy asks for only weakly (see <see cref="ElfVersionNeeds"/>).</param>
internal sealed record PinnedFile(string Name, PinnedPackage Package, string Sha256, string? WeakNeed = null)
{
    private const int BufferSize = 1 << 20;

    /// <summary>Copies the file into a folder, checked on the way; the packaged file stays as it is.</summary>
    /// <returns>False where the folder had it already.</returns>
    public bool Stage(string source, string folder)
    {
        var target = Path.Combine(folder, Name);
        // A patched copy has another hash than the package, so it is simply made again.
        if (WeakNeed is null && File.Exists(target) && new FileInfo(target).Length == new FileInfo(source).Length && HashOf(target) == Sha256)
            return false;

        // Several builds may stage into one folder at a time: each writes its own file and renames it.
        var beside = Path.Combine(folder, $"{Name}.{Environment.ProcessId}.new");
        try
        {
            var hash = CopyAndHash(source, beside);
            if (hash != Sha256)
            {
                throw new InvalidDataException($"{source} has SHA-256 {hash}, expected {Sha256}: it is not the pinned file. " +
                    "Delete the package's folder and restore again; after a change of version write its hash into build/StageNatives/PinnedFiles.cs.");
            }
            if (WeakNeed is not null)
                Patch(beside, WeakNeed);
            File.Move(beside, target, overwrite: true);
            return true;
        }
        finally
        {
            File.Delete(beside);
        }
    }

    private static string HashOf(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    private static string CopyAndHash(string source, string target)
    {
        using var input = new FileStream(source, FileMode.Open, FileAccess.Read, FileShare.Read, BufferSize, FileOptions.SequentialScan);
        using var output = new FileStream(target, FileMode.Create, FileAccess.Write, FileShare.None, BufferSize);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[BufferSize];
        for (int read; (read = input.Read(buffer)) > 0;)
        {
            hash.AppendData(buffer, 0, read);
            output.Write(buffer, 0, read);
        }
        output.Flush(flushToDisk: true);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Patch(string path, string version)
    {
        var bytes = File.ReadAllBytes(path);
        if (ElfVersionNeeds.MakeWeak(bytes, version) == 0)
            throw new InvalidDataException($"{path} does not ask for {version}: the package changed, and with it the reason for this patch.");
        File.WriteAllBytes(path, bytes);
    }
}
