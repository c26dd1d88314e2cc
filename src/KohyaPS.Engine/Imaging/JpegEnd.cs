namespace KohyaPS.Engine.Imaging;

/// <summary>
/// Finds out whether JPEG data runs to its end marker. Decoders fill a missing part with grey; training on half a picture must not go unnoticed.
/// </summary>
internal static class JpegEnd
{
    private const byte EndOfImage = 0xD9;
    private const byte StartOfScan = 0xDA;

    public static bool IsPresent(ReadOnlySpan<byte> data)
    {
        var at = 2;
        while (true)
        {
            var marker = Next(data, ref at);
            if (marker is null)
                return false;
            if (marker == EndOfImage)
                return true;
            if (marker is 0x01 or (>= 0xD0 and <= 0xD7))
                continue;
            if (at + 2 > data.Length)
                return false;
            // A segment, after a start of scan also the entropy-coded data behind it, in which 0xFF00 stands for 0xFF.
            at += data[at] << 8 | data[at + 1];
            if (marker == StartOfScan)
                SkipScan(data, ref at);
        }
    }

    private static byte? Next(ReadOnlySpan<byte> data, ref int at)
    {
        if (at >= data.Length)
            return null;
        var mark = data[at..].IndexOf((byte)0xFF);
        if (mark < 0)
            return null;
        at += mark;
        while (at < data.Length && data[at] == 0xFF)
            at++;
        return at < data.Length ? data[at++] : null;
    }

    // Stops at the 0xFF of the next marker that is neither a stuffed byte nor a restart.
    private static void SkipScan(ReadOnlySpan<byte> data, ref int at)
    {
        while (at < data.Length)
        {
            var mark = data[at..].IndexOf((byte)0xFF);
            if (mark < 0 || at + mark + 1 >= data.Length)
            {
                at = data.Length;
                return;
            }
            at += mark;
            if (data[at + 1] is not (0x00 or 0xFF or (>= 0xD0 and <= 0xD7)))
                return;
            at += data[at + 1] == 0xFF ? 1 : 2;
        }
    }
}
