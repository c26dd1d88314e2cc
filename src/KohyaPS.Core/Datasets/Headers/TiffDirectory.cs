using System.Buffers.Binary;

namespace KohyaPS.Datasets;

/// <summary>The first directory of a TIFF structure, which EXIF data is too: whole numbers by tag.</summary>
internal static class TiffDirectory
{
    private const int EntryBytes = 12;
    private const int Short = 3;
    private const int Long = 4;

    /// <summary>The tags whose value is one SHORT or LONG, or the first of several SHORTs; empty where the structure is damaged.</summary>
    public static Dictionary<int, uint> Read(ReadOnlySpan<byte> data)
    {
        var tags = new Dictionary<int, uint>();
        if (data.Length < 8)
            return tags;
        var little = data[0] == (byte)'I' && data[1] == (byte)'I';
        if (!little && !(data[0] == (byte)'M' && data[1] == (byte)'M'))
            return tags;
        var directory = UInt32(data, 4, little);
        if (directory > data.Length - 2)
            return tags;
        var count = UInt16(data, (int)directory, little);
        for (var i = 0; i < count; i++)
        {
            var entry = (long)directory + 2 + (long)i * EntryBytes;
            if (entry > data.Length - EntryBytes)
                break;
            var at = (int)entry;
            if (Value(data, at, little) is { } value)
                tags.TryAdd(UInt16(data, at, little), value);
        }
        return tags;
    }

    private static uint? Value(ReadOnlySpan<byte> data, int entry, bool little)
    {
        var (type, count) = (UInt16(data, entry + 2, little), UInt32(data, entry + 4, little));
        if (type == Long && count == 1)
            return UInt32(data, entry + 8, little);
        if (type != Short || count == 0)
            return null;
        if (count <= 2)
            return (uint)UInt16(data, entry + 8, little);
        var offset = UInt32(data, entry + 8, little);
        return offset <= data.Length - 2 ? (uint)UInt16(data, (int)offset, little) : null;
    }

    private static ushort UInt16(ReadOnlySpan<byte> data, int at, bool little) =>
        little ? BinaryPrimitives.ReadUInt16LittleEndian(data[at..]) : BinaryPrimitives.ReadUInt16BigEndian(data[at..]);

    private static uint UInt32(ReadOnlySpan<byte> data, int at, bool little) =>
        little ? BinaryPrimitives.ReadUInt32LittleEndian(data[at..]) : BinaryPrimitives.ReadUInt32BigEndian(data[at..]);
}
