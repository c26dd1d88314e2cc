using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace KohyaPS.Datasets;

/// <summary>Random access to a file through one small window, so that reading a header costs a read or two.</summary>
internal sealed class HeaderBytes(SafeFileHandle file, long length)
{
    private const int WindowBytes = 4096;
    private const int MaxReadBytes = 1 << 20;
    private byte[] window = new byte[WindowBytes];
    private long windowStart;
    private int windowLength;

    public long Length => length;

    /// <summary>Some bytes of the file; valid until the next call.</summary>
    /// <exception cref="InvalidDataException">The file ends before, or the piece is unreasonably long.</exception>
    public ReadOnlySpan<byte> At(long offset, int count)
    {
        if (offset < 0 || count < 0 || offset > length - count)
            throw new InvalidDataException("it ends too early.");
        if (count > MaxReadBytes)
            throw new InvalidDataException("a part of its header is unreasonably long.");
        if (offset < windowStart || offset + count > windowStart + windowLength)
            Load(offset, count);
        return window.AsSpan((int)(offset - windowStart), count);
    }

    public int UInt16(long offset) => BinaryPrimitives.ReadUInt16BigEndian(At(offset, 2));

    public uint UInt32(long offset) => BinaryPrimitives.ReadUInt32BigEndian(At(offset, 4));

    public int UInt16Little(long offset) => BinaryPrimitives.ReadUInt16LittleEndian(At(offset, 2));

    public uint UInt32Little(long offset) => BinaryPrimitives.ReadUInt32LittleEndian(At(offset, 4));

    private void Load(long offset, int count)
    {
        var wanted = (int)Math.Min(Math.Max(count, WindowBytes), length - offset);
        if (window.Length < wanted)
            window = new byte[wanted];
        windowStart = offset;
        windowLength = 0;
        while (windowLength < wanted)
        {
            var read = RandomAccess.Read(file, window.AsSpan(windowLength, wanted - windowLength), offset + windowLength);
            if (read == 0)
                throw new InvalidDataException("it ends too early.");
            windowLength += read;
        }
    }
}
