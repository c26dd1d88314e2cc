using System.Runtime.Intrinsics;

namespace KohyaPS.Engine.Imaging.Resizing;

/// <summary>OpenCV's INTER_CUBIC (Keys 1981, a = -0.75), computed in floating point and rounded once.</summary>
internal static class CubicResize
{
    private const double A = -0.75;
    private const int Taps = 4;

    /// <summary>A window of the resized picture.</summary>
    public static PixelBuffer Run(PixelBuffer picture, ImageSize size, PixelWindow window)
    {
        var result = new PixelBuffer(window.Width, window.Height, picture.Channels);
        Tap[][] columns = [.. Enumerable.Range(window.Left, window.Width).Select(x => Kernel(x, picture.Width, size.Width))];
        var resampled = new float[result.Stride + PixelLanes.Slack];
        var sums = new float[result.Stride];
        for (var y = 0; y < window.Height; y++)
        {
            Array.Clear(sums);
            foreach (var (source, weight) in Kernel(window.Top + y, picture.Height, size.Height))
            {
                Resample(picture.RowWithSlack(source), columns, picture.Channels, resampled);
                PixelLanes.AddWeighted(resampled, weight, sums);
            }
            PixelLanes.Round(sums, result.Row(y));
        }
        return result;
    }

    private static void Resample(ReadOnlySpan<byte> row, Tap[][] columns, int channels, Span<float> resampled)
    {
        for (var x = 0; x < columns.Length; x++)
        {
            var sum = Vector128<float>.Zero;
            foreach (var (source, weight) in columns[x])
                sum += Vector128.ConvertToSingle(PixelLanes.Load(row, source * channels)) * weight;
            sum.CopyTo(resampled[(x * channels)..]);
        }
    }

    private static Tap[] Kernel(int target, int sourceLength, int targetLength)
    {
        var (first, distance) = LinearResize.Centred(target, sourceLength, targetLength);
        double f = distance;
        var k0 = ((A * (f + 1) - 5 * A) * (f + 1) + 8 * A) * (f + 1) - 4 * A;
        var k1 = ((A + 2) * f - (A + 3)) * f * f + 1;
        var k2 = ((A + 2) * (1 - f) - (A + 3)) * (1 - f) * (1 - f) + 1;
        double[] weights = [k0, k1, k2, 1 - k0 - k1 - k2];
        return [.. Enumerable.Range(0, Taps).Select(k => new Tap(Math.Clamp(first - 1 + k, 0, sourceLength - 1), (float)weights[k]))];
    }

    private readonly record struct Tap(int Source, float Weight);
}
