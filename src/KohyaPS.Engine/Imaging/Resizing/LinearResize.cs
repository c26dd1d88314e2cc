namespace KohyaPS.Engine.Imaging.Resizing;

/// <summary>OpenCV's two-tap interpolation on 8-bit channels, in its fixed-point arithmetic of 11 bits.</summary>
internal static class LinearResize
{
    private const int One = 2048;

    /// <summary>Where a target pixel lies in the source: the pixel before it and the distance to that.</summary>
    /// <param name="target">Index of the target pixel.</param>
    /// <param name="sourceLength">Pixels of the source.</param>
    /// <param name="targetLength">Pixels of the target.</param>
    public delegate (int Source, float Distance) Coordinates(int target, int sourceLength, int targetLength);

    /// <summary>Pixel centres on pixel centres: INTER_LINEAR.</summary>
    public static (int Source, float Distance) Centred(int target, int sourceLength, int targetLength)
    {
        var scale = 1 / ((double)targetLength / sourceLength);
        var x = (float)((target + 0.5) * scale - 0.5);
        var source = (int)MathF.Floor(x);
        return (source, x - source);
    }

    /// <summary>Edges on edges: what INTER_AREA does where a side grows.</summary>
    public static (int Source, float Distance) Area(int target, int sourceLength, int targetLength)
    {
        var inverse = (double)targetLength / sourceLength;
        var source = (int)Math.Floor(target * (1 / inverse));
        var distance = (float)((target + 1) - (source + 1) * inverse);
        return (source, distance <= 0 ? 0 : distance - MathF.Floor(distance));
    }

    /// <summary>The resized picture.</summary>
    public static PixelBuffer Run(PixelBuffer picture, ImageSize size, Coordinates coordinates)
    {
        var result = new PixelBuffer(size.Width, size.Height, picture.Channels);
        var channels = picture.Channels;
        var columns = new (int Left, int Right, int Weight)[size.Width];
        for (var x = 0; x < size.Width; x++)
        {
            var (source, distance) = coordinates(x, picture.Width, size.Width);
            if (source < 0)
                (source, distance) = (0, 0);
            if (source >= picture.Width - 1)
                (source, distance) = (picture.Width - 1, 0);
            columns[x] = (source * channels, Math.Min(source + 1, picture.Width - 1) * channels, Fixed(distance));
        }
        var upper = new int[result.Stride];
        var lower = new int[result.Stride];
        for (var y = 0; y < size.Height; y++)
        {
            var (source, distance) = coordinates(y, picture.Height, size.Height);
            Widen(picture.Row(Math.Clamp(source, 0, picture.Height - 1)), columns, channels, upper);
            Widen(picture.Row(Math.Clamp(source + 1, 0, picture.Height - 1)), columns, channels, lower);
            var weight = Fixed(distance);
            var target = result.Row(y);
            for (var i = 0; i < target.Length; i++)
            {
                var value = ((((One - weight) * (upper[i] >> 4)) >> 16) + ((weight * (lower[i] >> 4)) >> 16) + 2) >> 2;
                target[i] = (byte)Math.Clamp(value, 0, 255);
            }
        }
        return result;
    }

    private static void Widen(ReadOnlySpan<byte> row, (int Left, int Right, int Weight)[] columns, int channels, int[] target)
    {
        for (var x = 0; x < columns.Length; x++)
        {
            var (left, right, weight) = columns[x];
            for (var c = 0; c < channels; c++)
                target[x * channels + c] = row[left + c] * (One - weight) + row[right + c] * weight;
        }
    }

    private static int Fixed(float distance) => (int)MathF.Round(distance * One, MidpointRounding.ToEven);
}
