using System.Runtime.Intrinsics;

namespace KohyaPS.Engine.Imaging.Resizing;

/// <summary>Pillow's resize on 8-bit channels: two passes with a window that widens when shrinking, weights in fixed point of 22 bits.</summary>
internal static class WindowedResize
{
    private const int Bits = 22;
    private const int Half = 1 << (Bits - 1);

    /// <summary>The window of a filter.</summary>
    /// <param name="Support">Half its width at scale 1.</param>
    /// <param name="Weight">Its value at a distance.</param>
    public sealed record Filter(double Support, Func<double, double> Weight);

    /// <summary>sinc(t) sinc(t / 3) (Duchon 1979).</summary>
    public static Filter Lanczos { get; } = new(3, t => t is >= -3 and < 3 ? Sinc(t) * Sinc(t / 3) : 0);

    /// <summary>The mean.</summary>
    public static Filter Box { get; } = new(0.5, t => t is > -0.5 and <= 0.5 ? 1 : 0);

    /// <summary>A window of the resized picture; with alpha the colours are multiplied by it meanwhile.</summary>
    public static PixelBuffer Run(PixelBuffer picture, ImageSize size, PixelWindow window, Filter filter)
    {
        if (picture.Channels == 3)
            return BothPasses(picture, size, window, filter);
        using var premultiplied = PremultipliedAlpha.Multiply(picture);
        var resized = BothPasses(premultiplied, size, window, filter);
        PremultipliedAlpha.Divide(resized);
        return resized;
    }

    private static PixelBuffer BothPasses(PixelBuffer picture, ImageSize size, PixelWindow window, Filter filter)
    {
        var columns = Kernels(picture.Width, size.Width, window.Left, window.Width, filter);
        var rows = Kernels(picture.Height, size.Height, window.Top, window.Height, filter);
        var (shrunkHeight, shrunkWidth) = (picture.Height - size.Height, picture.Width - size.Width);
        // Pillow 13 begins with the pass that leaves less to do; the order shows, because the picture between is clipped to 8 bits.
        if (shrunkHeight > 0 && shrunkHeight > 2 * shrunkWidth)
        {
            using var lower = Vertical(picture, rows, 0);
            return Horizontal(lower, columns, 0, lower.Height);
        }
        var firstRow = rows.Min(row => row.Start);
        using var narrower = Horizontal(picture, columns, firstRow, rows.Max(row => row.Start + row.Weights.Length) - firstRow);
        return Vertical(narrower, rows, firstRow);
    }

    private static PixelBuffer Horizontal(PixelBuffer picture, Kernel[] columns, int firstRow, int rowCount)
    {
        var result = new PixelBuffer(columns.Length, rowCount, picture.Channels);
        var channels = picture.Channels;
        for (var y = 0; y < rowCount; y++)
        {
            var row = picture.RowWithSlack(firstRow + y);
            var target = result.Row(y);
            for (var x = 0; x < columns.Length; x++)
            {
                var (start, weights) = columns[x];
                var sum = Vector128.Create(Half);
                for (var k = 0; k < weights.Length; k++)
                    sum += PixelLanes.Load(row, (start + k) * channels) * weights[k];
                for (var c = 0; c < channels; c++)
                    target[x * channels + c] = Clip(sum[c]);
            }
        }
        return result;
    }

    /// <param name="picture">Rows from <paramref name="firstRow"/> of the source on.</param>
    /// <param name="rows">What makes each target row.</param>
    /// <param name="firstRow">The source row that stands first in the picture.</param>
    private static PixelBuffer Vertical(PixelBuffer picture, Kernel[] rows, int firstRow)
    {
        var result = new PixelBuffer(picture.Width, rows.Length, picture.Channels);
        var sums = new int[picture.Stride + PixelLanes.Slack];
        for (var y = 0; y < rows.Length; y++)
        {
            var (start, weights) = rows[y];
            Array.Fill(sums, Half);
            for (var k = 0; k < weights.Length; k++)
                AddWeighted(picture.RowWithSlack(start + k - firstRow), weights[k], sums);
            var target = result.Row(y);
            for (var i = 0; i < target.Length; i++)
                target[i] = Clip(sums[i]);
        }
        return result;
    }

    private static void AddWeighted(ReadOnlySpan<byte> row, int weight, Span<int> sums)
    {
        for (var i = 0; i < row.Length - PixelLanes.Slack; i += 4)
            (Vector128.Create<int>(sums[i..]) + PixelLanes.Load(row, i) * weight).CopyTo(sums[i..]);
    }

    // A side of unchanged length is taken over pixel by pixel: its pass would do nothing.
    private static Kernel[] Kernels(int sourceLength, int targetLength, int firstTarget, int count, Filter filter)
    {
        var kernels = new Kernel[count];
        for (var i = 0; i < count; i++)
            kernels[i] = sourceLength == targetLength ? new(firstTarget + i, [1 << Bits]) : KernelOf(firstTarget + i, sourceLength, targetLength, filter);
        return kernels;
    }

    private static Kernel KernelOf(int target, int sourceLength, int targetLength, Filter filter)
    {
        var scale = (double)sourceLength / targetLength;
        var widening = Math.Max(scale, 1);
        var support = filter.Support * widening;
        var centre = (target + 0.5) * scale;
        var start = Math.Max(0, (int)(centre - support + 0.5));
        var end = Math.Min(sourceLength, (int)(centre + support + 0.5));
        var weights = new double[end - start];
        for (var i = start; i < end; i++)
            weights[i - start] = filter.Weight((i - centre + 0.5) / widening);
        var sum = weights.Sum();
        return new(start, [.. weights.Select(w => Fixed(sum == 0 ? w : w / sum))]);
    }

    private static int Fixed(double weight) => (int)(weight * (1 << Bits) + (weight < 0 ? -0.5 : 0.5));

    private static byte Clip(int sum) => (byte)Math.Clamp(sum >> Bits, 0, 255);

    private static double Sinc(double t) => t == 0 ? 1 : Math.Sin(Math.PI * t) / (Math.PI * t);

    /// <param name="Start">The first source pixel.</param>
    /// <param name="Weights">The weight of each, in fixed point.</param>
    private readonly record struct Kernel(int Start, int[] Weights);
}
