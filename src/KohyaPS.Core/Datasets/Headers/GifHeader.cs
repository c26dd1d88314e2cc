namespace KohyaPS.Datasets;

/// <summary>GIF: the logical screen.</summary>
internal static class GifHeader
{
    public static ImageHeader Parse(HeaderBytes bytes) =>
        new(ImageFormat.Gif, new(bytes.UInt16Little(6), bytes.UInt16Little(8)), 1, ImageColor.Palette);
}
