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

    /// <summary>A window of the resized picture.</summary>
    public static PixelBuffer Run(PixelBuffer picture, ImageSize size, PixelWindow window, Coordinates coordinates)
    {
        var result = new PixelBuffer(window.Width, window.Height, picture.Channels);
        var columns = Columns(picture, size, window, coordinates);
        // Neighbouring target rows share source rows: even and odd ones keep their place.
        int[][] widened = [new int[result.Stride + PixelLanes.Slack], new int[result.Stride + PixelLanes.Slack]];
        int[] held = [-1, -1];
        int[] Widened(int source)
        {
            source = Math.Clamp(source, 0, picture.Height - 1);
            var place = source & 1;
            if (held[place] != source)
                Widen(picture.RowWithSlack(source), columns, picture.Channels, widened[place]);
            held[place] = source;
            return widened[place];
        }
        for (var y = 0; y < window.Height; y++)
        {
            var (source, distance) = coordinates(window.Top + y, picture.Height, size.Height);
            Blend(Widened(source), Widened(source + 1), Fixed(distance), result.Row(y));
        }
        return result;
    }

    private static (int Left, int Right, int Weight)[] Columns(PixelBuffer picture, ImageSize size, PixelWindow window, Coordinates coordinates)
    {
        var columns = new (int, int, int)[window.Width];
        var last = picture.Width - 1;
        for (var x = 0; x < window.Width; x++)
        {
            var (source, distance) = coordinates(window.Left + x, picture.Width, size.Width);
            if (source < 0 || source >= last)
                (source, distance) = (Math.Clamp(source, 0, last), 0);
            columns[x] = (source * picture.Channels, Math.Min(source + 1, last) * picture.Channels, Fixed(distance));
        }
        return columns;
    }

    private static void Widen(ReadOnlySpan<byte> row, (int Left, int Right, int Weight)[] columns, int channels, Span<int> target)
    {
        for (var x = 0; x < columns.Length; x++)
        {
            var (left, right, weight) = columns[x];
            var sum = PixelLanes.Load(row, left) * (One - weight) + PixelLanes.Load(row, right) * weight;
            System.Runtime.Intrinsics.Vector128.CopyTo(sum, target[(x * channels)..]);
        }
    }

    private static void Blend(ReadOnlySpan<int> upper, ReadOnlySpan<int> lower, int weight, Span<byte> target)
    {
        for (var i = 0; i < target.Length; i++)
        {
            var value = ((((One - weight) * (upper[i] >> 4)) >> 16) + ((weight * (lower[i] >> 4)) >> 16) + 2) >> 2;
            target[i] = (byte)Math.Clamp(value, 0, 255);
        }
    }

    private static int Fixed(float distance) => (int)MathF.Round(distance * One, MidpointRounding.ToEven);
}
