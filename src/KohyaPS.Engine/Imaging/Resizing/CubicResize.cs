namespace KohyaPS.Engine.Imaging.Resizing;

/// <summary>OpenCV's INTER_CUBIC (Keys 1981, a = -0.75), computed in floating point and rounded once.</summary>
internal static class CubicResize
{
    private const double A = -0.75;
    private const int Taps = 4;

    /// <summary>The resized picture.</summary>
    public static PixelBuffer Run(PixelBuffer picture, ImageSize size)
    {
        var result = new PixelBuffer(size.Width, size.Height, picture.Channels);
        var channels = picture.Channels;
        var columns = Enumerable.Range(0, size.Width).Select(x => Kernel(x, picture.Width, size.Width)).ToArray();
        var rows = Enumerable.Range(0, size.Height).Select(y => Kernel(y, picture.Height, size.Height)).ToArray();
        var sums = new double[result.Stride];
        for (var y = 0; y < size.Height; y++)
        {
            Array.Clear(sums);
            for (var k = 0; k < Taps; k++)
            {
                var row = picture.Row(rows[y].Source[k]);
                for (var x = 0; x < size.Width; x++)
                    for (var c = 0; c < channels; c++)
                    {
                        double sum = 0;
                        for (var j = 0; j < Taps; j++)
                            sum += row[columns[x].Source[j] * channels + c] * columns[x].Weight[j];
                        sums[x * channels + c] += sum * rows[y].Weight[k];
                    }
            }
            var target = result.Row(y);
            for (var i = 0; i < target.Length; i++)
                target[i] = (byte)Math.Clamp(Math.Round(sums[i], MidpointRounding.ToEven), 0, 255);
        }
        return result;
    }

    private static (int[] Source, double[] Weight) Kernel(int target, int sourceLength, int targetLength)
    {
        var (first, distance) = LinearResize.Centred(target, sourceLength, targetLength);
        double f = distance;
        var k0 = ((A * (f + 1) - 5 * A) * (f + 1) + 8 * A) * (f + 1) - 4 * A;
        var k1 = ((A + 2) * f - (A + 3)) * f * f + 1;
        var k2 = ((A + 2) * (1 - f) - (A + 3)) * (1 - f) * (1 - f) + 1;
        int[] source = [.. Enumerable.Range(first - 1, Taps).Select(s => Math.Clamp(s, 0, sourceLength - 1))];
        return (source, [k0, k1, k2, 1 - k0 - k1 - k2]);
    }
}
