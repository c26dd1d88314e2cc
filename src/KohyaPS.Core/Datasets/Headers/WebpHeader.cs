namespace KohyaPS.Datasets;

/// <summary>
/// WebP (RFC 9649): simple files state their size in the bit stream, extended ones in the VP8X chunk as size minus one.
/// </summary>
internal static class WebpHeader
{
    private const int FirstChunk = 12;
    private const int MaxChunks = 1000;
    private const byte AlphaFlag = 0x10;
    private const byte ExifFlag = 0x08;
    private const byte XmpFlag = 0x04;
    private const byte AnimationFlag = 0x02;

    public static ImageHeader Parse(HeaderBytes bytes)
    {
        var kind = bytes.At(FirstChunk, 4);
        if (kind.SequenceEqual("VP8X"u8))
            return Extended(bytes);
        if (kind.SequenceEqual("VP8L"u8))
            return Lossless(bytes);
        if (kind.SequenceEqual("VP8 "u8))
            return Lossy(bytes);
        throw new InvalidDataException("a WebP that begins with an unknown chunk.");
    }

    private static ImageHeader Lossy(HeaderBytes bytes)
    {
        if (!bytes.At(FirstChunk + 11, 3).SequenceEqual((ReadOnlySpan<byte>)[0x9D, 0x01, 0x2A]))
            throw new InvalidDataException("a WebP without a key frame.");
        return new(ImageFormat.Webp, new(bytes.UInt16Little(FirstChunk + 14) & 0x3FFF, bytes.UInt16Little(FirstChunk + 16) & 0x3FFF));
    }

    private static ImageHeader Lossless(HeaderBytes bytes)
    {
        if (bytes.At(FirstChunk + 8, 1)[0] != 0x2F)
            throw new InvalidDataException("a lossless WebP without its signature.");
        var bits = bytes.UInt32Little(FirstChunk + 9);
        return new(ImageFormat.Webp, new((int)(bits & 0x3FFF) + 1, (int)((bits >> 14) & 0x3FFF) + 1), HasAlpha: (bits >> 28 & 1) == 1);
    }

    private static ImageHeader Extended(HeaderBytes bytes)
    {
        var data = bytes.At(FirstChunk + 8, 10);
        var flags = data[0];
        var size = new ImageSize((data[4] | data[5] << 8 | data[6] << 16) + 1, (data[7] | data[8] << 8 | data[9] << 16) + 1);
        var orientation = (flags & (ExifFlag | XmpFlag)) != 0 ? OrientationOf(bytes) : 1;
        return new(ImageFormat.Webp, size, orientation, HasAlpha: (flags & AlphaFlag) != 0, IsAnimated: (flags & AnimationFlag) != 0);
    }

    private static int OrientationOf(HeaderBytes bytes)
    {
        int? xmpOrientation = null;
        long at = FirstChunk;
        for (var i = 0; i < MaxChunks && at + 8 <= bytes.Length; i++)
        {
            var name = bytes.At(at, 4);
            var (isExif, isXmp) = (name.SequenceEqual("EXIF"u8), name.SequenceEqual("XMP "u8));
            long size = bytes.UInt32Little(at + 4);
            if ((isExif || isXmp) && size <= ExifOrientation.MaxBytes && at + 8 + size <= bytes.Length)
            {
                var data = bytes.At(at + 8, (int)size);
                if (isXmp)
                    xmpOrientation ??= ExifOrientation.OfXmp(data);
                else if (ExifOrientation.Of(data.StartsWith("Exif\0\0"u8) ? data[6..] : data) is { } orientation)
                    return orientation;
            }
            at += 8 + size + (size & 1);
        }
        return xmpOrientation ?? 1;
    }
}
