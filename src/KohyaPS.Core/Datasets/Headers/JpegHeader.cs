namespace KohyaPS.Datasets;

/// <summary>JPEG (ITU T.81): the frame header, and the EXIF or XMP segment before it.</summary>
internal static class JpegHeader
{
    private const byte StartOfScan = 0xDA;
    private const byte EndOfImage = 0xD9;
    private const byte App1 = 0xE1;
    private const int MaxSegments = 10_000;

    public static ImageHeader Parse(HeaderBytes bytes)
    {
        long at = 2;
        int? orientation = null;
        int? xmpOrientation = null;
        ImageHeader? header = null;
        for (var i = 0; i < MaxSegments; i++)
        {
            (var marker, at) = NextMarker(bytes, at);
            if (marker is StartOfScan or EndOfImage)
                break;
            if (marker is 0x01 or (>= 0xD0 and <= 0xD7))
                continue;
            var size = bytes.UInt16(at);
            if (size < 2)
                throw new InvalidDataException("a JPEG with a segment of impossible length.");
            if (IsFrame(marker))
                header = Frame(bytes, at);
            else if (marker == App1)
                ReadApp1(bytes.At(at + 2, (int)Math.Min(size - 2, bytes.Length - at - 2)), ref orientation, ref xmpOrientation);
            at += size;
        }
        return header is null
            ? throw new InvalidDataException("a JPEG without a frame header.")
            : header with { Orientation = orientation ?? xmpOrientation ?? 1 };
    }

    // Bytes between segments are skipped, as other readers do; 0xFF may be repeated before the marker.
    private static (byte Marker, long Next) NextMarker(HeaderBytes bytes, long at)
    {
        while (bytes.At(at, 1)[0] != 0xFF)
            at++;
        while (bytes.At(at, 1)[0] is 0xFF)
            at++;
        return (bytes.At(at, 1)[0], at + 1);
    }

    private static bool IsFrame(byte marker) => marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC);

    private static ImageHeader Frame(HeaderBytes bytes, long at)
    {
        var depth = bytes.At(at + 2, 1)[0];
        var size = new ImageSize(bytes.UInt16(at + 5), bytes.UInt16(at + 3));
        return bytes.At(at + 7, 1)[0] switch
        {
            1 => new(ImageFormat.Jpeg, size, 1, ImageColor.Grey, depth),
            3 => new(ImageFormat.Jpeg, size, 1, ImageColor.Rgb, depth),
            4 => new(ImageFormat.Jpeg, size, 1, ImageColor.Cmyk, depth),
            _ => throw new InvalidDataException("a JPEG with an unknown number of channels."),
        };
    }

    private static void ReadApp1(ReadOnlySpan<byte> data, ref int? orientation, ref int? xmpOrientation)
    {
        if (data.StartsWith("Exif\0"u8) && data.Length > 6)
            orientation ??= ExifOrientation.Of(data[6..]);
        else if (data.StartsWith("http://ns.adobe.com/xap/1.0/\0"u8))
            xmpOrientation ??= ExifOrientation.OfXmp(data);
    }
}
