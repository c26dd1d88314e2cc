using System.Security.Cryptography;
using KohyaPS.TensorFiles;

namespace KohyaPS.Safetensors;

/// <summary>The hashes by which programs recognise networks and checkpoints.</summary>
/// <param name="ModelHash">sshs_model_hash: SHA-256 of everything after the header, 64 lower-case hex digits; metadata does not change it.</param>
/// <param name="LegacyHash">sshs_legacy_hash: first 8 hex digits of SHA-256 over 64 KiB at 1 MiB of a file that has only the ss_ metadata.</param>
public sealed record SafetensorsHashes(string ModelHash, string LegacyHash)
{
    private const long LegacyBegin = 0x100000, LegacyEnd = 0x110000;

    /// <summary>Hashes tensors as they would be saved.</summary>
    /// <param name="tensors">Every tensor, in its final type.</param>
    /// <param name="metadata">The metadata to be saved; only entries that begin with <c>ss_</c> count.</param>
    /// <param name="source">Gives the bytes, as for <see cref="SafetensorsWriter"/>.</param>
    public static SafetensorsHashes Compute(
        IEnumerable<SafetensorsDeclaration> tensors, IReadOnlyDictionary<string, string>? metadata, SafetensorsWriter.TensorSource source)
    {
        var counted = metadata?.Where(m => m.Key.StartsWith("ss_", StringComparison.Ordinal)).ToDictionary(m => m.Key, m => m.Value);
        var writer = new SafetensorsWriter(tensors, counted);
        var dataOffset = writer.FileLength - (writer.Entries.Count == 0 ? 0 : writer.Entries[^1].End);
        using var stream = new RangeHashStream((dataOffset, long.MaxValue), (LegacyBegin, LegacyEnd));
        writer.Write(stream, source);
        return new(stream.Hash(0), stream.Hash(1)[..8]);
    }

    /// <summary>Hashes a file: the model hash of its data, the legacy hash of the file as it stands (as web UIs show it: AutoV1).</summary>
    public static SafetensorsHashes OfFile(string path)
    {
        using var file = SafetensorsFile.Open(path);
        using var stream = new FileStream(file.Path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1 << 20);
        using var ranges = new RangeHashStream((file.DataOffset, long.MaxValue), (LegacyBegin, LegacyEnd));
        stream.CopyTo(ranges, 1 << 20);
        return new(ranges.Hash(0), ranges.Hash(1)[..8]);
    }

    /// <summary>The hashes of an open file's tensors, as a safetensors file of them would have.</summary>
    internal static SafetensorsHashes OfTensors(ITensorFile file) =>
        file is SafetensorsFile ? OfFile(file.Path) : Compute(file.Tensors, file.Metadata, (entry, target) => file.CopyTo(entry.Name, target));

    /// <summary>SHA-256 of a whole file, lower-case hex (the "new" model hash; its first 10 digits are AutoV2).</summary>
    public static string Sha256(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1 << 20);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    /// <summary>The first 8 hex digits of SHA-256 over 64 KiB at 1 MiB of any file (the "old" model hash); a short file gives e3b0c442.</summary>
    public static string OldModelHash(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        var part = new byte[LegacyEnd - LegacyBegin];
        var length = 0;
        if (stream.Length > LegacyBegin)
        {
            stream.Position = LegacyBegin;
            length = stream.ReadAtLeast(part, part.Length, throwOnEndOfStream: false);
        }
        return Convert.ToHexStringLower(SHA256.HashData(part.AsSpan(0, length)))[..8];
    }
}
