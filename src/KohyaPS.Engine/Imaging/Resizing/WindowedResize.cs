namespace KohyaPS.Engine.Imaging.Resizing;

/// <summary>Pillow's resize on 8-bit channels: two passes with a window that widens when shrinking, weights in fixed point of 22 bits.</summary>
internal static class WindowedResize
{
    private const int Bits = 22;

    /// <summary>The window of a filter.</summary>
    /// <param name="Support">Half its width at scale 1.</param>
    /// <param name="Weight">Its value at a distance.</param>
    public sealed record Filter(double Support, Func<double, double> Weight);

    /// <summary>sinc(t) sinc(t / 3) (Duchon 1979).</summary>
    public static Filter Lanczos { get; } = new(3, t => t is >= -3 and < 3 ? Sinc(t) * Sinc(t / 3) : 0);

    /// <summary>The mean.</summary>
    public static Filter Box { get; } = new(0.5, t => t is > -0.5 and <= 0.5 ? 1 : 0);

    /// <summary>The resized picture; with alpha the colours are multiplied by it meanwhile.</summary>
    public static PixelBuffer Run(PixelBuffer picture, ImageSize size, Filter filter)
    {
        if (picture.Channels == 3)
            return BothPasses(picture, size, filter);
        using var premultiplied = Premultiply(picture);
        var resized = BothPasses(premultiplied, size, filter);
        Unmultiply(resized);
        return resized;
    }

    private static PixelBuffer BothPasses(PixelBuffer picture, ImageSize size, Filter filter)
    {
        var (shrunkHeight, shrunkWidth) = (picture.Height - size.Height, picture.Width - size.Width);
        // Pillow 13 begins with the pass that leaves less to do.
        var verticalFirst = shrunkHeight > 0 && shrunkHeight > 2 * shrunkWidth;
        var first = verticalFirst ? Vertical(picture, size.Height, filter) : Horizontal(picture, size.Width, filter);
        var second = verticalFirst ? Horizontal(first, size.Width, filter) : Vertical(first, size.Height, filter);
        if (!ReferenceEquals(first, picture) && !ReferenceEquals(first, second))
            first.Dispose();
        return second;
    }

    private static PixelBuffer Horizontal(PixelBuffer picture, int width, Filter filter)
    {
        if (picture.Width == width)
            return picture;
        var kernels = Kernels(picture.Width, width, filter);
        var result = new PixelBuffer(width, picture.Height, picture.Channels);
        var channels = picture.Channels;
        for (var y = 0; y < picture.Height; y++)
        {
            var row = picture.Row(y);
            var target = result.Row(y);
            for (var x = 0; x < width; x++)
            {
                var (start, weights) = kernels[x];
                for (var c = 0; c < channels; c++)
                {
                    var sum = 1 << (Bits - 1);
                    for (var k = 0; k < weights.Length; k++)
                        sum += row[(start + k) * channels + c] * weights[k];
                    target[x * channels + c] = Clip(sum);
                }
            }
        }
        return result;
    }

    private static PixelBuffer Vertical(PixelBuffer picture, int height, Filter filter)
    {
        if (picture.Height == height)
            return picture;
        var kernels = Kernels(picture.Height, height, filter);
        var result = new PixelBuffer(picture.Width, height, picture.Channels);
        var sums = new int[picture.Stride];
        for (var y = 0; y < height; y++)
        {
            var (start, weights) = kernels[y];
            sums.AsSpan().Fill(1 << (Bits - 1));
            for (var k = 0; k < weights.Length; k++)
            {
                var row = picture.Row(start + k);
                for (var i = 0; i < sums.Length; i++)
                    sums[i] += row[i] * weights[k];
            }
            var target = result.Row(y);
            for (var i = 0; i < sums.Length; i++)
                target[i] = Clip(sums[i]);
        }
        return result;
    }

    private static (int Start, int[] Weights)[] Kernels(int sourceLength, int targetLength, Filter filter)
    {
        var scale = (double)sourceLength / targetLength;
        var widening = Math.Max(scale, 1);
        var support = filter.Support * widening;
        var kernels = new (int, int[])[targetLength];
        for (var x = 0; x < targetLength; x++)
        {
            var centre = (x + 0.5) * scale;
            var start = Math.Max(0, (int)(centre - support + 0.5));
            var end = Math.Min(sourceLength, (int)(centre + support + 0.5));
            var weights = new double[end - start];
            for (var i = start; i < end; i++)
                weights[i - start] = filter.Weight((i - centre + 0.5) / widening);
            var sum = weights.Sum();
            kernels[x] = (start, [.. weights.Select(w => Fixed(sum == 0 ? w : w / sum))]);
        }
        return kernels;
    }

    private static int Fixed(double weight) => (int)(weight * (1 << Bits) + (weight < 0 ? -0.5 : 0.5));

    private static byte Clip(int sum) => (byte)Math.Clamp(sum >> Bits, 0, 255);

    private static double Sinc(double t) => t == 0 ? 1 : Math.Sin(Math.PI * t) / (Math.PI * t);

    private static PixelBuffer Premultiply(PixelBuffer picture)
    {
        var result = new PixelBuffer(picture.Width, picture.Height, 4);
        var from = picture.Pixels;
        var to = result.Pixels;
        for (var i = 0; i < from.Length; i += 4)
        {
            var alpha = from[i + 3];
            for (var c = 0; c < 3; c++)
            {
                var product = from[i + c] * alpha + 128;
                to[i + c] = (byte)(((product >> 8) + product) >> 8);
            }
            to[i + 3] = alpha;
        }
        return result;
    }

    private static void Unmultiply(PixelBuffer picture)
    {
        var pixels = picture.Pixels;
        for (var i = 0; i < pixels.Length; i += 4)
        {
            int alpha = pixels[i + 3];
            if (alpha is 0 or 255)
                continue;
            for (var c = 0; c < 3; c++)
                pixels[i + c] = (byte)Math.Min(255, 255 * pixels[i + c] / alpha);
        }
    }
}
