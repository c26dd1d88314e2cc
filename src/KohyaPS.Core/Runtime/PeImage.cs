using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace KohyaPS.Runtime;

/// <summary>Reads a Windows library by the addresses that it would have in memory. Libraries of several gigabytes are read in small pieces.</summary>
internal sealed class PeImage : IDisposable
{
    private const ushort Machine64 = 0x8664;
    private const ushort OptionalHeader64 = 0x20b;
    private const int WindowSize = 1 << 16;

    private readonly SafeFileHandle file;
    private readonly long length;
    private readonly byte[] window = new byte[WindowSize];
    private readonly List<(uint Address, uint Size, uint Offset)> sections = [];
    private readonly List<uint> directories = [];
    private long windowStart;
    private int windowLength;

    private PeImage(SafeFileHandle file)
    {
        this.file = file;
        length = RandomAccess.GetLength(file);
    }

    /// <summary>Opens a library and reads its headers.</summary>
    public static PeImage Open(string path)
    {
        var image = new PeImage(File.OpenHandle(path));
        try
        {
            image.ReadHeaders(path);
            return image;
        }
        catch (EndOfStreamException e)
        {
            image.Dispose();
            throw NotALibrary(path, e);
        }
        catch
        {
            image.Dispose();
            throw;
        }
    }

    /// <summary>The address of one of the 16 tables; 0 where the file has none.</summary>
    public uint Directory(int index) => index < directories.Count ? directories[index] : 0;

    /// <summary>A 32-bit number at an address.</summary>
    public uint UInt32(uint address) => BinaryPrimitives.ReadUInt32LittleEndian(At(Offset(address), 4));

    /// <summary>A 64-bit number at an address.</summary>
    public ulong UInt64(uint address) => BinaryPrimitives.ReadUInt64LittleEndian(At(Offset(address), 8));

    /// <summary>The bytes up to the next zero.</summary>
    public ReadOnlySpan<byte> ZeroTerminated(uint address, int limit)
    {
        var offset = Offset(address);
        var available = (int)Math.Min(limit, length - offset);
        var bytes = At(offset, Math.Max(available, 1));
        var end = bytes.IndexOf((byte)0);
        return end >= 0 ? bytes[..end] : throw new InvalidDataException($"A name at {address:x} does not end within {limit} bytes.");
    }

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();

    private void ReadHeaders(string path)
    {
        if (!At(0, 2).SequenceEqual("MZ"u8))
            throw NotALibrary(path);
        long header = BinaryPrimitives.ReadUInt32LittleEndian(At(0x3c, 4));
        if (!At(header, 4).SequenceEqual("PE\0\0"u8) || UInt16(header + 4) != Machine64 || UInt16(header + 24) != OptionalHeader64)
            throw NotALibrary(path);
        int sectionCount = UInt16(header + 6);
        var optional = header + 24;
        var count = Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(At(optional + 108, 4)), 16);
        for (var i = 0; i < count; i++)
            directories.Add(BinaryPrimitives.ReadUInt32LittleEndian(At(optional + 112 + 8 * i, 4)));
        var table = optional + UInt16(header + 20);
        for (var i = 0; i < sectionCount; i++)
        {
            var section = At(table + 40 * i, 40);
            sections.Add((BinaryPrimitives.ReadUInt32LittleEndian(section[12..]), BinaryPrimitives.ReadUInt32LittleEndian(section[16..]), BinaryPrimitives.ReadUInt32LittleEndian(section[20..])));
        }
    }

    private static InvalidDataException NotALibrary(string path, Exception? inner = null) => new($"'{path}' is not a 64-bit Windows library.", inner);

    private ushort UInt16(long offset) => BinaryPrimitives.ReadUInt16LittleEndian(At(offset, 2));

    private long Offset(uint address)
    {
        foreach (var section in sections)
        {
            if (address >= section.Address && address - section.Address < section.Size)
                return (long)section.Offset + (address - section.Address);
        }
        throw new InvalidDataException($"The address {address:x} lies in no section: the file is damaged.");
    }

    private ReadOnlySpan<byte> At(long offset, int count)
    {
        if (offset < 0 || offset + count > length)
            throw new EndOfStreamException();
        if (offset < windowStart || offset + count > windowStart + windowLength)
        {
            windowStart = offset;
            windowLength = RandomAccess.Read(file, window, offset);
            if (windowLength < count)
                throw new EndOfStreamException();
        }
        return window.AsSpan((int)(offset - windowStart), count);
    }
}
