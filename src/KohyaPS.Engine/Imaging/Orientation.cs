namespace KohyaPS.Engine.Imaging;

/// <summary>Turns pictures upright by their EXIF orientation (1 to 8).</summary>
internal static class Orientation
{
    /// <summary>A new upright picture.</summary>
    public static PixelBuffer Apply(PixelBuffer stored, int orientation)
    {
        var turned = orientation >= 5
            ? new PixelBuffer(stored.Height, stored.Width, stored.Channels)
            : new PixelBuffer(stored.Width, stored.Height, stored.Channels);
        if (orientation == 1)
        {
            stored.Pixels.CopyTo(turned.Pixels);
            return turned;
        }
        var (right, down) = (stored.Width - 1, stored.Height - 1);
        // Where the upright picture's top left pixel lies in the stored one, and the steps that go right and down from there.
        var (x, y, stepRight, stepDown) = orientation switch
        {
            2 => (right, 0, (-1, 0), (0, 1)),
            3 => (right, down, (-1, 0), (0, -1)),
            4 => (0, down, (1, 0), (0, -1)),
            5 => (0, 0, (0, 1), (1, 0)),
            6 => (0, down, (0, -1), (1, 0)),
            7 => (right, down, (0, -1), (-1, 0)),
            8 => (right, 0, (0, 1), (-1, 0)),
            _ => throw new ArgumentOutOfRangeException(nameof(orientation)),
        };
        int Offset((int X, int Y) step) => step.Y * stored.Stride + step.X * stored.Channels;
        Copy(stored.Pixels, Offset((x, y)), Offset(stepRight), Offset(stepDown), turned);
        return turned;
    }

    /// <summary>Mirrors a picture left to right, in place.</summary>
    public static void Mirror(PixelBuffer pixels)
    {
        var channels = pixels.Channels;
        for (var y = 0; y < pixels.Height; y++)
        {
            var row = pixels.Row(y);
            for (int left = 0, right = row.Length - channels; left < right; left += channels, right -= channels)
                for (var c = 0; c < channels; c++)
                    (row[left + c], row[right + c]) = (row[right + c], row[left + c]);
        }
    }

    private static void Copy(ReadOnlySpan<byte> source, int start, int stepRight, int stepDown, PixelBuffer target)
    {
        var channels = target.Channels;
        for (var y = 0; y < target.Height; y++, start += stepDown)
        {
            var row = target.Row(y);
            var at = start;
            for (var x = 0; x < row.Length; x += channels, at += stepRight)
                source.Slice(at, channels).CopyTo(row[x..]);
        }
    }
}
