using System.Security.Cryptography;
using KohyaPS.Files;

namespace KohyaPS.Runtime.Packages;

/// <summary>Writes native files out of packages, joining those that came in pieces, each byte checked.</summary>
internal sealed class NativeAssembler(string rid, string folder, Action<RuntimeProgress> report, CancellationToken cancel)
{
    private const int BufferSize = 1 << 20;

    /// <summary>Writes every native that the packages carry.</summary>
    /// <returns>Name, size and SHA-256 of each.</returns>
    /// <exception cref="InvalidDataException">A piece is missing, damaged, or the whole has not the stated hash.</exception>
    public IReadOnlyList<RuntimeFile> Write(IReadOnlyList<PackageArchive> packages)
    {
        Directory.CreateDirectory(folder);
        var files = packages.SelectMany(package => package.Natives(rid)).GroupBy(piece => piece.FileName, StringComparer.OrdinalIgnoreCase).OrderBy(group => group.Key, StringComparer.Ordinal);
        return [.. files.Select(file => WriteFile(file.Key, [.. file.OrderBy(piece => piece.Order)], packages.Select(p => p.StatedHash(rid, file.Key)).FirstOrDefault(h => h is not null)))];
    }

    private RuntimeFile WriteFile(string name, IReadOnlyList<NativePiece> pieces, string? statedHash)
    {
        for (var i = 0; i < pieces.Count; i++)
        {
            if (pieces[i].Order != i)
                throw new InvalidDataException($"{name} comes in pieces, and piece {i} is missing or there twice");
        }
        if (pieces.Count > 1 && statedHash is null)
            throw new InvalidDataException($"{name} comes in {pieces.Count} pieces, but no package states the hash of the whole");

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var total = pieces.Sum(piece => piece.Entry.Length);
        long written = 0;
        using (var target = Disk.Create(Path.Combine(folder, name)))
        {
            foreach (var piece in pieces)
                written += Append(piece, target, hash, done => report(new($"Writing {name}", written + done, total)));
            target.Flush(flushToDisk: true);
        }
        var found = Convert.ToHexStringLower(hash.GetHashAndReset());
        if (statedHash is not null && found != statedHash)
            throw new InvalidDataException($"{name} has SHA-256 {found}, and the package states {statedHash}");
        return new(name, written, found);
    }

    private long Append(NativePiece piece, Stream target, IncrementalHash hash, Action<long> done)
    {
        using var source = piece.Entry.Open();
        // .NET's reader does not compare the checksum.
        using var summed = new ChecksumStream(target);
        var buffer = new byte[BufferSize];
        long written = 0;
        for (int read; (read = source.Read(buffer)) > 0;)
        {
            cancel.ThrowIfCancellationRequested();
            written += read;
            // A package that unpacks to more than it says would fill the disk.
            if (written > piece.Entry.Length)
                throw new InvalidDataException($"{piece.FileName} is longer than its package says");
            summed.Write(buffer, 0, read);
            hash.AppendData(buffer, 0, read);
            done(written);
        }
        if (written != piece.Entry.Length || summed.Checksum != piece.Entry.Crc32)
            throw new InvalidDataException($"{piece.FileName} (piece {piece.Order}) is damaged: its size or checksum is not the one that the package states");
        return written;
    }
}
