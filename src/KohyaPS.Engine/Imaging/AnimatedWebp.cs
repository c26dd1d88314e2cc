using System.Buffers.Binary;

namespace KohyaPS.Engine.Imaging;

/// <summary>
/// Takes the first frame out of an animated WebP (RFC 9649, section 2.7.1.4) as a still one, which the image library can decode.
/// </summary>
internal static class AnimatedWebp
{
    private const int FirstChunk = 12;
    private const int ChunkHeader = 8;
    private const int FrameHeader = 16;
    private const byte AlphaFlag = 0x10;

    /// <summary>The first frame as a file of its own, and where its top left corner lies on the canvas.</summary>
    /// <exception cref="InvalidDataException">There is no complete frame.</exception>
    public static (byte[] Still, int Left, int Top) FirstFrame(ReadOnlySpan<byte> file)
    {
        for (long at = FirstChunk; at + ChunkHeader <= file.Length;)
        {
            var size = BinaryPrimitives.ReadUInt32LittleEndian(file[((int)at + 4)..]);
            if (at + ChunkHeader + size > file.Length)
                break;
            var chunk = file.Slice((int)at, ChunkHeader + (int)size);
            if (chunk.StartsWith("ANMF"u8) && size > FrameHeader)
                return Still(chunk[ChunkHeader..]);
            at += ChunkHeader + size + (size & 1);
        }
        throw new InvalidDataException("its first frame is missing or cut short.");
    }

    private static (byte[] Still, int Left, int Top) Still(ReadOnlySpan<byte> frame)
    {
        // The frame's data are the chunks of a still picture: optional ALPH, then VP8 or VP8L.
        var data = frame[FrameHeader..];
        var still = new byte[FirstChunk + ChunkHeader + 10 + data.Length];
        "RIFF"u8.CopyTo(still);
        BinaryPrimitives.WriteInt32LittleEndian(still.AsSpan(4), still.Length - ChunkHeader);
        "WEBPVP8X"u8.CopyTo(still.AsSpan(8));
        BinaryPrimitives.WriteInt32LittleEndian(still.AsSpan(16), 10);
        still[20] = data.StartsWith("VP8 "u8) ? (byte)0 : AlphaFlag;
        frame.Slice(6, 6).CopyTo(still.AsSpan(24));
        data.CopyTo(still.AsSpan(30));
        return (still, 2 * Int24(frame), 2 * Int24(frame[3..]));
    }

    private static int Int24(ReadOnlySpan<byte> bytes) => bytes[0] | bytes[1] << 8 | bytes[2] << 16;
}
