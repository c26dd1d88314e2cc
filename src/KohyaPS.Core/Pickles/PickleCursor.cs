using System.Buffers.Binary;
using System.Text;

namespace KohyaPS.Pickles;

/// <summary>Reads bytes one after the other and never past their end.</summary>
internal sealed unsafe class PickleCursor(byte* start, long length)
{
    private const int MaxText = 64 << 20;
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Bytes read so far.</summary>
    public long Position { get; private set; }

    /// <summary>Bytes left.</summary>
    public long Remaining => length - Position;

    /// <summary>The next byte.</summary>
    public byte Byte() => Bytes(1)[0];

    /// <summary>The next bytes.</summary>
    public ReadOnlySpan<byte> Bytes(long count)
    {
        if (count < 0 || count > Remaining || count > MaxText)
            throw new PickleFormatException(count < 0 ? "it announces a negative length" : "it is cut short, or announces more than it holds");
        var bytes = new ReadOnlySpan<byte>(start + Position, (int)count);
        Position += count;
        return bytes;
    }

    /// <summary>The next 2 bytes as a number.</summary>
    public ushort UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Bytes(2));

    /// <summary>The next 4 bytes as a number.</summary>
    public int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Bytes(4));

    /// <summary>The next 4 bytes as a number without sign.</summary>
    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4));

    /// <summary>The next 8 bytes as a number.</summary>
    public long Int64() => BinaryPrimitives.ReadInt64LittleEndian(Bytes(8));

    /// <summary>The next bytes as text.</summary>
    public string Text(long count)
    {
        try
        {
            return Utf8.GetString(Bytes(count));
        }
        catch (DecoderFallbackException)
        {
            throw new PickleFormatException("a text in it is not UTF-8");
        }
    }

    /// <summary>The text up to the next line feed.</summary>
    public string Line()
    {
        var rest = new ReadOnlySpan<byte>(start + Position, (int)Math.Min(Remaining, 1 << 12));
        var end = rest.IndexOf((byte)'\n');
        if (end < 0)
            throw new PickleFormatException("it is cut short inside a name");
        var line = Text(end);
        Position++;
        return line;
    }

    /// <summary>Goes back to the first byte.</summary>
    public void Rewind() => Position = 0;

    /// <summary>Leaves bytes out.</summary>
    public void Skip(long count)
    {
        if (count < 0 || count > Remaining)
            throw new PickleFormatException(count < 0 ? "it announces a negative length" : "it is cut short");
        Position += count;
    }
}
