namespace KohyaPS.Files;

/// <summary>Passes bytes on and computes their CRC-32 (ISO 3309), which ZIP files carry. The inner stream stays open.</summary>
internal sealed class ChecksumStream(Stream inner) : ForwardStream(inner)
{
    private const int Lanes = 8;
    private static readonly uint[][] Tables = BuildTables();
    private uint state = uint.MaxValue;

    /// <summary>The checksum of what was written.</summary>
    public uint Checksum => ~state;

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        base.Write(buffer);
        var sum = state;
        // Eight bytes at a time, one table for each place ("slicing-by-8", Kounavis and Berry 2005).
        while (buffer.Length >= Lanes)
        {
            var low = sum ^ BitConverter.ToUInt32(buffer);
            sum = Tables[7][low & 0xff] ^ Tables[6][(low >> 8) & 0xff] ^ Tables[5][(low >> 16) & 0xff] ^ Tables[4][low >> 24]
                ^ Tables[3][buffer[4]] ^ Tables[2][buffer[5]] ^ Tables[1][buffer[6]] ^ Tables[0][buffer[7]];
            buffer = buffer[Lanes..];
        }
        foreach (var value in buffer)
            sum = Tables[0][(sum ^ value) & 0xff] ^ (sum >> 8);
        state = sum;
    }

    private static uint[][] BuildTables()
    {
        const uint polynomial = 0xedb88320;
        var tables = Enumerable.Range(0, Lanes).Select(_ => new uint[256]).ToArray();
        for (var i = 0u; i < 256; i++)
        {
            var value = i;
            for (var bit = 0; bit < 8; bit++)
                value = (value & 1) != 0 ? (value >> 1) ^ polynomial : value >> 1;
            tables[0][i] = value;
        }
        for (var lane = 1; lane < Lanes; lane++)
        {
            for (var i = 0; i < 256; i++)
                tables[lane][i] = tables[0][tables[lane - 1][i] & 0xff] ^ (tables[lane - 1][i] >> 8);
        }
        return tables;
    }
}
