namespace KohyaPS.Datasets;

/// <summary>PNG (ISO 15948): the IHDR chunk, and what stands before the pixels about transparency, animation and orientation.</summary>
internal static class PngHeader
{
    private const int SignatureBytes = 8;
    private const int MaxChunksBeforePixels = 1000;

    public static ImageHeader Parse(HeaderBytes bytes)
    {
        if (bytes.UInt32(SignatureBytes + 4) != Chunk("IHDR"))
            throw new InvalidDataException("a PNG without its header chunk.");
        var width = bytes.UInt32(16);
        var height = bytes.UInt32(20);
        var (depth, color) = (bytes.At(24, 1)[0], bytes.At(25, 1)[0]);
        var tail = bytes.At(26, 2);
        if (width > int.MaxValue || height > int.MaxValue || depth is not (1 or 2 or 4 or 8 or 16) || color is not (0 or 2 or 3 or 4 or 6))
            throw new InvalidDataException("a PNG whose header holds impossible values.");
        if (tail[0] != 0 || tail[1] != 0)
            throw new InvalidDataException("a PNG with an unknown compression or filter method.");
        var header = new ImageHeader(ImageFormat.Png, new((int)width, (int)height), 1, ColorOf(color), depth, color is 4 or 6);
        return WithChunks(header, bytes);
    }

    private static ImageHeader WithChunks(ImageHeader header, HeaderBytes bytes)
    {
        long at = SignatureBytes;
        int? orientation = null;
        int? xmpOrientation = null;
        for (var i = 0; i < MaxChunksBeforePixels && at + 12 <= bytes.Length; i++)
        {
            long size = bytes.UInt32(at);
            var name = bytes.UInt32(at + 4);
            if (name == Chunk("IDAT"))
                break;
            if (name == Chunk("tRNS"))
                header = header with { HasAlpha = true };
            else if (name == Chunk("acTL"))
                header = header with { IsAnimated = true };
            else if (name == Chunk("eXIf"))
                orientation = ExifOrientation.Of(Data(bytes, at, size));
            else if (name == Chunk("iTXt"))
                xmpOrientation ??= ExifOrientation.OfXmp(Data(bytes, at, size));
            at += size + 12;
        }
        return header with { Orientation = orientation ?? xmpOrientation ?? 1 };
    }

    private static ReadOnlySpan<byte> Data(HeaderBytes bytes, long chunk, long size) =>
        size <= ExifOrientation.MaxBytes && chunk + 8 + size <= bytes.Length ? bytes.At(chunk + 8, (int)size) : [];

    private static ImageColor ColorOf(byte color) => color switch
    {
        0 or 4 => ImageColor.Grey,
        3 => ImageColor.Palette,
        _ => ImageColor.Rgb,
    };

    private static uint Chunk(string name) => ((uint)name[0] << 24) | ((uint)name[1] << 16) | ((uint)name[2] << 8) | name[3];
}
