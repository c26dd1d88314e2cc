using System.Buffers.Binary;
using System.Text;
using KohyaPS.Files;
using KohyaPS.Safetensors;

namespace KohyaPS.Pickles;

/// <summary>
/// Writes a ZIP file of uncompressed entries of any size, each with its data at a multiple of 64 bytes, as PyTorch aligns them (PKWARE
/// APPNOTE 6.3.9; sizes beyond 4 GiB by its Zip64 fields).
/// </summary>
/// <param name="target">A stream that can seek: the checksum of an entry is known only after its data.</param>
internal sealed class StoredZipWriter(Stream target)
{
    private const int Alignment = 64;
    private const int LocalLength = 30;

    // The earliest date of the format: equal inputs give equal files.
    private const uint Date = 0x00210000;
    private readonly List<(byte[] Name, long Offset, long Length, uint Checksum)> entries = [];

    /// <summary>Writes an entry.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="length">Its bytes.</param>
    /// <param name="source">Writes exactly that many.</param>
    public void Add(string name, long length, Action<Stream> source)
    {
        var (bytes, offset) = (Encoding.UTF8.GetBytes(name), target.Position);
        var extra = Extra(length, offset + LocalLength + bytes.Length);
        WriteLocal(bytes, extra, length, checksum: 0);
        using var counted = new CountingStream(target, length);
        using var summed = new ChecksumStream(counted);
        source(summed);
        if (counted.Remaining != 0)
            throw new InvalidOperationException($"The entry '{name}' was written with {length - counted.Remaining} bytes instead of {length}.");
        var end = target.Position;
        target.Position = offset;
        WriteLocal(bytes, extra, length, summed.Checksum);
        target.Position = end;
        entries.Add((bytes, offset, length, summed.Checksum));
    }

    /// <summary>Writes the directory that ends the file.</summary>
    public void Finish()
    {
        var offset = target.Position;
        foreach (var (name, at, length, checksum) in entries)
            WriteDirectoryEntry(name, at, length, checksum);
        var size = target.Position - offset;
        var isLarge = entries.Count >= ushort.MaxValue || offset >= uint.MaxValue;
        if (isLarge)
            WriteZip64End(offset, size);
        var end = new Fields(22);
        end.UInt32(0x06054b50).UInt32(0).UInt16((ushort)Math.Min(entries.Count, ushort.MaxValue)).UInt16((ushort)Math.Min(entries.Count, ushort.MaxValue))
            .UInt32((uint)Math.Min(size, uint.MaxValue)).UInt32((uint)Math.Min(offset, uint.MaxValue)).UInt16(0);
        target.Write(end.Bytes);
    }

    // The two sizes where they need 8 bytes, then padding up to the alignment in a field "FB", as PyTorch names it.
    private static byte[] Extra(long length, long dataOffset)
    {
        var zip64 = length >= uint.MaxValue ? new Fields(20).UInt16(1).UInt16(16).UInt64(length).UInt64(length).Bytes : [];
        var unaligned = (dataOffset + zip64.Length + 4) % Alignment;
        var padding = new byte[unaligned == 0 ? 0 : Alignment - unaligned];
        return [.. zip64, .. new Fields(4).UInt16(0x4246).UInt16((ushort)padding.Length).Bytes, .. padding];
    }

    private void WriteLocal(byte[] name, byte[] extra, long length, uint checksum)
    {
        var shown = (uint)Math.Min(length, uint.MaxValue);
        var local = new Fields(LocalLength);
        local.UInt32(0x04034b50).UInt16(Version(length)).UInt16(0).UInt16(0).UInt32(Date).UInt32(checksum).UInt32(shown).UInt32(shown)
            .UInt16((ushort)name.Length).UInt16((ushort)extra.Length);
        target.Write(local.Bytes);
        target.Write(name);
        target.Write(extra);
    }

    private void WriteDirectoryEntry(byte[] name, long offset, long length, uint checksum)
    {
        bool isLong = length >= uint.MaxValue, isFar = offset >= uint.MaxValue;
        var extra = new Fields(28);
        if (isLong || isFar)
            extra.UInt16(1).UInt16((ushort)((isLong ? 16 : 0) + (isFar ? 8 : 0)));
        if (isLong)
            extra.UInt64(length).UInt64(length);
        if (isFar)
            extra.UInt64(offset);
        var shown = isLong ? uint.MaxValue : (uint)length;
        var entry = new Fields(46);
        entry.UInt32(0x02014b50).UInt16(Version(length)).UInt16(isFar ? (ushort)45 : Version(length)).UInt16(0).UInt16(0).UInt32(Date).UInt32(checksum).UInt32(shown).UInt32(shown)
            .UInt16((ushort)name.Length).UInt16((ushort)extra.Bytes.Length).UInt16(0).UInt16(0).UInt16(0).UInt32(0).UInt32(isFar ? uint.MaxValue : (uint)offset);
        target.Write(entry.Bytes);
        target.Write(name);
        target.Write(extra.Bytes);
    }

    private void WriteZip64End(long offset, long size)
    {
        var at = target.Position;
        var end = new Fields(56);
        end.UInt32(0x06064b50).UInt64(44).UInt16(45).UInt16(45).UInt32(0).UInt32(0).UInt64(entries.Count).UInt64(entries.Count).UInt64(size).UInt64(offset);
        target.Write(end.Bytes);
        target.Write(new Fields(20).UInt32(0x07064b50).UInt32(0).UInt64(at).UInt32(1).Bytes);
    }

    private static ushort Version(long length) => length >= uint.MaxValue ? (ushort)45 : (ushort)20;

    /// <summary>Little-endian numbers one after the other.</summary>
    private sealed class Fields(int capacity)
    {
        private readonly byte[] buffer = new byte[capacity];
        private int length;

        public byte[] Bytes => buffer[..length];

        public Fields UInt16(ushort value)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(buffer.AsSpan(length), value);
            length += 2;
            return this;
        }

        public Fields UInt32(uint value)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(buffer.AsSpan(length), value);
            length += 4;
            return this;
        }

        public Fields UInt64(long value)
        {
            BinaryPrimitives.WriteInt64LittleEndian(buffer.AsSpan(length), value);
            length += 8;
            return this;
        }
    }
}
