namespace KohyaPS.Engine.Imaging.Resizing;

/// <summary>OpenCV's INTER_NEAREST_EXACT: the source pixel at the target pixel's centre, in 16-bit fixed point.</summary>
internal static class NearestResize
{
    /// <summary>A window of the resized picture.</summary>
    public static PixelBuffer Run(PixelBuffer picture, ImageSize size, PixelWindow window)
    {
        var result = new PixelBuffer(window.Width, window.Height, picture.Channels);
        var channels = picture.Channels;
        int[] columns = [.. Enumerable.Range(window.Left, window.Width).Select(x => Source(x, picture.Width, size.Width) * channels)];
        for (var y = 0; y < window.Height; y++)
        {
            var row = picture.Row(Source(window.Top + y, picture.Height, size.Height));
            var target = result.Row(y);
            for (var x = 0; x < columns.Length; x++)
                row.Slice(columns[x], channels).CopyTo(target[(x * channels)..]);
        }
        return result;
    }

    private static int Source(int target, int sourceLength, int targetLength)
    {
        var step = (((long)sourceLength << 16) + targetLength / 2) / targetLength;
        return (int)Math.Min(sourceLength - 1, (step * target + step / 2 - sourceLength % 2) >> 16);
    }
}
