namespace KohyaPS.Datasets;

/// <summary>Windows bitmaps: the old core header and all later ones. A negative height means that rows run downwards.</summary>
internal static class BmpHeader
{
    private const int CoreHeaderBytes = 12;
    private const int BitFields = 3;

    public static ImageHeader Parse(HeaderBytes bytes)
    {
        var headerBytes = bytes.UInt32Little(14);
        if (headerBytes == CoreHeaderBytes)
            return Of(bytes.UInt16Little(18), bytes.UInt16Little(20), bytes.UInt16Little(24), hasAlpha: false);
        if (headerBytes is < 16 or > 1024)
            throw new InvalidDataException("a bitmap with an unknown header.");
        var height = (int)bytes.UInt32Little(22);
        var bits = bytes.UInt16Little(28);
        var compression = headerBytes >= 20 ? bytes.UInt32Little(30) : 0;
        var hasAlpha = bits == 32 && compression == BitFields && headerBytes >= 56 && bytes.UInt32Little(66) != 0;
        return Of((int)bytes.UInt32Little(18), height == int.MinValue ? 0 : Math.Abs(height), bits, hasAlpha);
    }

    private static ImageHeader Of(int width, int height, int bits, bool hasAlpha) =>
        new(ImageFormat.Bmp, new(width, height), 1, bits <= 8 ? ImageColor.Palette : ImageColor.Rgb, bits <= 8 ? bits : 8, hasAlpha);
}
