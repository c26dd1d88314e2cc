using System.IO.Compression;
using KohyaPS.Files;

namespace KohyaPS.Engine.Caching.Npz;

/// <summary>Files of named arrays (.npz): a ZIP of .npy members, as the caches of sd-scripts are.</summary>
internal static class NpzFile
{
    private const string MemberSuffix = ".npy";
    private const int MaxMembers = 256;
    private const long MaxMemberBytes = 1L << 30;
    private static readonly DateTimeOffset fixedTime = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The arrays of a file by name, and what else lies in it.</summary>
    /// <exception cref="InvalidDataException">It is no such file, damaged, or far too large.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static (IReadOnlyDictionary<string, NpyArray> Arrays, IReadOnlyDictionary<string, byte[]> Others) Read(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        using var archive = new ZipArchive(stream, ZipArchiveMode.Read);
        if (archive.Entries.Count > MaxMembers)
            throw new InvalidDataException("It has more members than any cache.");
        var (arrays, others) = (new Dictionary<string, NpyArray>(StringComparer.Ordinal), new Dictionary<string, byte[]>(StringComparer.Ordinal));
        foreach (var entry in archive.Entries)
        {
            var bytes = Bytes(entry);
            if (entry.FullName.EndsWith(MemberSuffix, StringComparison.Ordinal))
                arrays[entry.FullName[..^MemberSuffix.Length]] = NpyFormat.Read(bytes);
            else
                others[entry.FullName] = bytes;
        }
        return (arrays, others);
    }

    /// <summary>Writes a file anew, uncompressed, beside its target first.</summary>
    /// <param name="path">The target; replaced when it exists.</param>
    /// <param name="arrays">The arrays in their order.</param>
    /// <param name="others">Members that are no arrays; NumPy passes them by.</param>
    public static void Write(string path, IEnumerable<KeyValuePair<string, NpyArray>> arrays, IEnumerable<KeyValuePair<string, byte[]>> others) => AtomicFile.Write(path, stream =>
    {
        using var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        foreach (var (name, bytes) in arrays.Select(a => KeyValuePair.Create(a.Key + MemberSuffix, NpyFormat.Write(a.Value))).Concat(others))
        {
            var entry = archive.CreateEntry(name, CompressionLevel.NoCompression);
            entry.LastWriteTime = fixedTime;
            using var member = entry.Open();
            member.Write(bytes);
        }
    });

    // The length in the directory is only a claim.
    private static byte[] Bytes(ZipArchiveEntry entry)
    {
        if (entry.Length > MaxMemberBytes)
            throw new InvalidDataException($"Its member '{entry.FullName}' is larger than any cache.");
        var bytes = new byte[entry.Length];
        using var member = entry.Open();
        if (member.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length || member.ReadByte() >= 0)
            throw new InvalidDataException($"Its member '{entry.FullName}' does not have the length that is stated.");
        return bytes;
    }
}
