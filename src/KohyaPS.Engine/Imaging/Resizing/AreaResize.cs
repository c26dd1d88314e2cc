namespace KohyaPS.Engine.Imaging.Resizing;

/// <summary>OpenCV's INTER_AREA on 8-bit channels: the mean over each target pixel's area when shrinking, a linear variant when a side grows.</summary>
internal static class AreaResize
{
    // Parts of a source pixel smaller than this are left out, as OpenCV does.
    private const double SmallestPart = 1e-3;

    /// <summary>The resized picture.</summary>
    public static PixelBuffer Run(PixelBuffer picture, ImageSize size)
    {
        var scaleX = 1 / ((double)size.Width / picture.Width);
        var scaleY = 1 / ((double)size.Height / picture.Height);
        if (scaleX < 1 || scaleY < 1)
            return LinearResize.Run(picture, size, LinearResize.Area);
        var (blockX, blockY) = ((int)Math.Round(scaleX), (int)Math.Round(scaleY));
        return Math.Abs(scaleX - blockX) < double.Epsilon && Math.Abs(scaleY - blockY) < double.Epsilon
            ? MeanOfBlocks(picture, size, blockX, blockY)
            : WeightedMean(picture, size, Parts(picture.Width, size.Width, scaleX), Parts(picture.Height, size.Height, scaleY));
    }

    private static PixelBuffer MeanOfBlocks(PixelBuffer picture, ImageSize size, int blockX, int blockY)
    {
        var result = new PixelBuffer(size.Width, size.Height, picture.Channels);
        var channels = picture.Channels;
        var share = (float)(1.0 / (blockX * blockY));
        var sums = new int[result.Stride];
        for (var y = 0; y < size.Height; y++)
        {
            Array.Clear(sums);
            for (var dy = 0; dy < blockY; dy++)
            {
                var row = picture.Row(y * blockY + dy);
                for (var x = 0; x < size.Width; x++)
                    for (var dx = 0; dx < blockX; dx++)
                        for (var c = 0; c < channels; c++)
                            sums[x * channels + c] += row[(x * blockX + dx) * channels + c];
            }
            var target = result.Row(y);
            for (var i = 0; i < target.Length; i++)
                target[i] = blockX == 2 && blockY == 2 ? (byte)((sums[i] + 2) >> 2) : Saturate(sums[i] * share);
        }
        return result;
    }

    private static PixelBuffer WeightedMean(PixelBuffer picture, ImageSize size, List<Part>[] columns, List<Part>[] rows)
    {
        var result = new PixelBuffer(size.Width, size.Height, picture.Channels);
        var channels = picture.Channels;
        var narrowed = new float[result.Stride];
        var sums = new float[result.Stride];
        for (var y = 0; y < size.Height; y++)
        {
            Array.Clear(sums);
            foreach (var (sourceRow, rowWeight) in rows[y])
            {
                var row = picture.Row(sourceRow);
                for (var x = 0; x < size.Width; x++)
                    for (var c = 0; c < channels; c++)
                    {
                        var sum = 0f;
                        foreach (var (column, weight) in columns[x])
                            sum += row[column * channels + c] * weight;
                        narrowed[x * channels + c] = sum;
                    }
                for (var i = 0; i < sums.Length; i++)
                    sums[i] += narrowed[i] * rowWeight;
            }
            var target = result.Row(y);
            for (var i = 0; i < target.Length; i++)
                target[i] = Saturate(sums[i]);
        }
        return result;
    }

    // The source pixels under each target pixel, with their share of its area.
    private static List<Part>[] Parts(int sourceLength, int targetLength, double scale)
    {
        var parts = new List<Part>[targetLength];
        for (var d = 0; d < targetLength; d++)
        {
            var (from, to) = (d * scale, d * scale + scale);
            var cell = Math.Min(scale, sourceLength - from);
            var last = Math.Min((int)Math.Floor(to), sourceLength - 1);
            var first = Math.Min((int)Math.Ceiling(from), last);
            var list = parts[d] = [];
            if (first - from > SmallestPart)
                list.Add(new(first - 1, (float)((first - from) / cell)));
            for (var s = first; s < last; s++)
                list.Add(new(s, (float)(1 / cell)));
            if (to - last > SmallestPart)
                list.Add(new(last, (float)(Math.Min(Math.Min(to - last, 1), cell) / cell)));
        }
        return parts;
    }

    private static byte Saturate(float value) => (byte)Math.Clamp(MathF.Round(value, MidpointRounding.ToEven), 0, 255);

    private readonly record struct Part(int Source, float Weight);
}
