namespace KohyaPS.Datasets;

/// <summary>TIFF 6.0: the first directory.</summary>
internal static class TiffHeader
{
    private const int ImageWidth = 256;
    private const int ImageLength = 257;
    private const int BitsPerSample = 258;
    private const int PhotometricInterpretation = 262;
    private const int SamplesPerPixel = 277;

    public static ImageHeader Parse(HeaderBytes bytes)
    {
        var tags = TiffDirectory.Read(bytes.At(0, (int)Math.Min(bytes.Length, ExifOrientation.MaxBytes)));
        if (!tags.TryGetValue(ImageWidth, out var width) || !tags.TryGetValue(ImageLength, out var height))
            throw new InvalidDataException("a TIFF whose first directory does not state its size, or stands too far behind.");
        var orientation = tags.GetValueOrDefault(ExifOrientation.Tag, 1u);
        var color = tags.GetValueOrDefault(PhotometricInterpretation, 2u) switch
        {
            0 or 1 => ImageColor.Grey,
            3 => ImageColor.Palette,
            5 => ImageColor.Cmyk,
            _ => ImageColor.Rgb,
        };
        var samples = tags.GetValueOrDefault(SamplesPerPixel, 1u);
        var bits = tags.TryGetValue(BitsPerSample, out var value) && value is > 0 and <= 32 ? (int)value : 8;
        return new(ImageFormat.Tiff, new((int)Math.Min(width, int.MaxValue), (int)Math.Min(height, int.MaxValue)),
            orientation is >= 1 and <= 8 ? (int)orientation : 1, color, bits, HasAlpha: color == ImageColor.Rgb ? samples == 4 : color == ImageColor.Grey && samples == 2);
    }
}
