using KohyaPS.Datasets;
using KohyaPS.Engine.Imaging.Resizing;

namespace KohyaPS.Engine.Imaging;

/// <summary>Decodes pictures as the training does and reports what their pixels say.</summary>
public sealed class PictureInspector : IPictureInspector
{
    private static readonly ImageSize thumbnailSize = new(16, 16);

    /// <inheritdoc/>
    public PictureFacts Inspect(TrainingImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        try
        {
            var hasAlpha = ImageHeader.Read(image.Path).HasAlpha;
            using var picture = ImageDecoder.Decode(image.Path, image.Subset.Settings with { AlphaMask = hasAlpha });
            using var small = PictureResizer.Resize(picture, thumbnailSize, PixelWindow.Whole(thumbnailSize), ResizeInterpolation.Area);
            var (lowest, highest) = picture.Channels < 4 ? (byte.MaxValue, byte.MaxValue) : Range(picture, 3);
            var (lowestMask, highestMask) = image.MaskPath is { } mask ? MaskRange(mask, image.Subset.Settings) : (byte.MaxValue, byte.MaxValue);
            return new() { LowestAlpha = lowest, HighestAlpha = highest, LowestMask = lowestMask, HighestMask = highestMask, Thumbnail = Colours(small) };
        }
        catch (DatasetException fault)
        {
            return new() { Fault = fault.Message };
        }
    }

    // As the training reads a mask: its red channel.
    private static (byte Lowest, byte Highest) MaskRange(string path, SubsetSettings settings)
    {
        using var mask = ImageLoader.DecodeMask(path, settings);
        return Range(mask, 0);
    }

    private static (byte Lowest, byte Highest) Range(PixelBuffer picture, int channel)
    {
        var (lowest, highest) = (byte.MaxValue, byte.MinValue);
        var pixels = picture.Pixels;
        for (var i = channel; i < pixels.Length; i += picture.Channels)
            (lowest, highest) = (Math.Min(lowest, pixels[i]), Math.Max(highest, pixels[i]));
        return (lowest, highest);
    }

    // Transparent pixels over white, so that hidden colours do not count.
    private static byte[] Colours(PixelBuffer picture)
    {
        var pixels = picture.Pixels;
        var colours = new byte[picture.Width * picture.Height * 3];
        for (var (from, to) = (0, 0); from < pixels.Length; from += picture.Channels)
            for (var channel = 0; channel < 3; channel++)
            {
                var alpha = picture.Channels < 4 ? byte.MaxValue : pixels[from + 3];
                colours[to++] = (byte)((pixels[from + channel] * alpha + byte.MaxValue * (byte.MaxValue - alpha) + 127) / byte.MaxValue);
            }
        return colours;
    }
}
