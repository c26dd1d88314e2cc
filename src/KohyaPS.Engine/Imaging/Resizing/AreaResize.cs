using System.Runtime.Intrinsics;

namespace KohyaPS.Engine.Imaging.Resizing;

/// <summary>
/// OpenCV's INTER_AREA on 8-bit channels: the mean over each target pixel's area when shrinking, a linear variant when a side grows.
/// Sums are taken in float32 and in OpenCV's order, so that levels come out equal.
/// </summary>
internal static class AreaResize
{
    // Parts of a source pixel smaller than this are left out, as OpenCV does.
    private const double SmallestPart = 1e-3;

    /// <summary>A window of the resized picture.</summary>
    public static PixelBuffer Run(PixelBuffer picture, ImageSize size, PixelWindow window)
    {
        var scaleX = 1 / ((double)size.Width / picture.Width);
        var scaleY = 1 / ((double)size.Height / picture.Height);
        if (scaleX < 1 || scaleY < 1)
            return LinearResize.Run(picture, size, window, LinearResize.Area);
        var isWhole = scaleX == Math.Round(scaleX) && scaleY == Math.Round(scaleY);
        return isWhole
            ? MeanOfBlocks(picture, window, (int)scaleX, (int)scaleY)
            : WeightedMean(picture, window, Parts(picture.Width, window.Left, window.Width, scaleX), Parts(picture.Height, window.Top, window.Height, scaleY));
    }

    private static PixelBuffer MeanOfBlocks(PixelBuffer picture, PixelWindow window, int blockX, int blockY)
    {
        var result = new PixelBuffer(window.Width, window.Height, picture.Channels);
        var channels = picture.Channels;
        var share = (float)(1.0 / (blockX * blockY));
        var sums = new int[result.Stride + PixelLanes.Slack];
        for (var y = 0; y < window.Height; y++)
        {
            Array.Clear(sums);
            for (var dy = 0; dy < blockY; dy++)
                AddBlocks(picture.RowWithSlack((window.Top + y) * blockY + dy), window, blockX, channels, sums);
            var target = result.Row(y);
            for (var i = 0; i < target.Length; i++)
                target[i] = blockX == 2 && blockY == 2 ? (byte)((sums[i] + 2) >> 2) : (byte)MathF.Round(sums[i] * share, MidpointRounding.ToEven);
        }
        return result;
    }

    private static void AddBlocks(ReadOnlySpan<byte> row, PixelWindow window, int blockX, int channels, Span<int> sums)
    {
        var source = window.Left * blockX * channels;
        for (var at = 0; at < window.Width * channels; at += channels)
        {
            var sum = Vector128<int>.Zero;
            for (var dx = 0; dx < blockX; dx++, source += channels)
                sum += PixelLanes.Load(row, source);
            for (var c = 0; c < channels; c++)
                sums[at + c] += sum[c];
        }
    }

    private static PixelBuffer WeightedMean(PixelBuffer picture, PixelWindow window, Part[][] columns, Part[][] rows)
    {
        var result = new PixelBuffer(window.Width, window.Height, picture.Channels);
        var narrowed = new float[result.Stride + PixelLanes.Slack];
        var sums = new float[result.Stride];
        for (var y = 0; y < window.Height; y++)
        {
            Array.Clear(sums);
            foreach (var (source, weight) in rows[y])
            {
                Narrow(picture.RowWithSlack(source), columns, picture.Channels, narrowed);
                PixelLanes.AddWeighted(narrowed, weight, sums);
            }
            PixelLanes.Round(sums, result.Row(y));
        }
        return result;
    }

    private static void Narrow(ReadOnlySpan<byte> row, Part[][] columns, int channels, Span<float> narrowed)
    {
        for (var x = 0; x < columns.Length; x++)
        {
            var sum = Vector128<float>.Zero;
            foreach (var (source, weight) in columns[x])
                sum += Vector128.ConvertToSingle(PixelLanes.Load(row, source * channels)) * weight;
            sum.CopyTo(narrowed[(x * channels)..]);
        }
    }

    // The source pixels under each target pixel, with their share of its area.
    private static Part[][] Parts(int sourceLength, int firstTarget, int count, double scale)
    {
        var parts = new Part[count][];
        for (var i = 0; i < count; i++)
        {
            var from = (firstTarget + i) * scale;
            var to = from + scale;
            var cell = Math.Min(scale, sourceLength - from);
            var last = Math.Min((int)Math.Floor(to), sourceLength - 1);
            var first = Math.Min((int)Math.Ceiling(from), last);
            var list = new List<Part>();
            if (first - from > SmallestPart)
                list.Add(new(first - 1, (float)((first - from) / cell)));
            for (var s = first; s < last; s++)
                list.Add(new(s, (float)(1 / cell)));
            if (to - last > SmallestPart)
                list.Add(new(last, (float)(Math.Min(Math.Min(to - last, 1), cell) / cell)));
            parts[i] = [.. list];
        }
        return parts;
    }

    private readonly record struct Part(int Source, float Weight);
}
