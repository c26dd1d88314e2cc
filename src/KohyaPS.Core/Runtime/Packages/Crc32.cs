namespace KohyaPS.Runtime.Packages;

/// <summary>The checksum of ZIP files (ISO 3309, reflected polynomial 0xEDB88320); .NET's reader does not compare it.</summary>
internal struct Crc32
{
    private static readonly uint[] table = [.. Enumerable.Range(0, 256).Select(Entry)];
    private uint state = 0xffffffff;

    public Crc32()
    {
    }

    /// <summary>The checksum of all bytes so far.</summary>
    public readonly uint Value => ~state;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        foreach (var b in bytes)
            state = table[(byte)(state ^ b)] ^ state >> 8;
    }

    private static uint Entry(int index)
    {
        var value = (uint)index;
        for (var bit = 0; bit < 8; bit++)
            value = (value & 1) != 0 ? 0xedb88320 ^ value >> 1 : value >> 1;
        return value;
    }
}
