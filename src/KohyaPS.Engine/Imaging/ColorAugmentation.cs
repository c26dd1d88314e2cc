using KohyaPS.Datasets;

namespace KohyaPS.Engine.Imaging;

/// <summary>
/// Changes the colours of a third of the samples (color_aug): a small shift of hue, or a gamma near 1. Alpha stays.
/// The gamma works on values from 0 to 1, not on levels as in sd-scripts, where it is a change of brightness that clips; that one comes on request.
/// </summary>
internal static class ColorAugmentation
{
    private const double Share = 0.33;
    private const int Hues = 180;
    private const double LargestShift = 8;
    private const double SmallestGamma = 0.95;
    private const double LargestGamma = 1.05;

    // Divisions of 8-bit HSV in fixed point of 12 bits, as OpenCV tabulates them.
    private static readonly int[] HueDivisors = [.. Enumerable.Range(0, 256).Select(d => d == 0 ? 0 : (int)Math.Round((Hues << 12) / (6.0 * d), MidpointRounding.ToEven))];
    private static readonly int[] SaturationDivisors = [.. Enumerable.Range(0, 256).Select(v => v == 0 ? 0 : (int)Math.Round((255 << 12) / (double)v, MidpointRounding.ToEven))];

    /// <summary>Changes the picture in place, or leaves it.</summary>
    /// <param name="picture">RGB or RGBA.</param>
    /// <param name="compatibility">Kohya2188 takes the power of levels 0 to 255, as sd-scripts does.</param>
    /// <param name="draws">The random numbers of the sample.</param>
    public static void Apply(PixelBuffer picture, Compatibility compatibility, ISampleDraws draws)
    {
        if (draws.Next() > Share)
            return;
        if (draws.Next() > 0.5)
            ShiftHue(picture, draws.Uniform(-LargestShift, LargestShift));
        else
            ApplyGamma(picture, draws.Uniform(SmallestGamma, LargestGamma), compatibility);
    }

    private static void ApplyGamma(PixelBuffer picture, double gamma, Compatibility compatibility)
    {
        byte[] levels = compatibility == Compatibility.Kohya2188
            ? [.. Enumerable.Range(0, 256).Select(v => (byte)Math.Clamp(Math.Pow(v, gamma), 0, 255))]
            : [.. Enumerable.Range(0, 256).Select(v => (byte)Math.Round(255 * Math.Pow(v / 255.0, gamma)))];
        var pixels = picture.Pixels;
        for (var i = 0; i < pixels.Length; i += picture.Channels)
            for (var c = 0; c < 3; c++)
                pixels[i + c] = levels[pixels[i + c]];
    }

    // The conversion takes red for blue, as the trainer does, so that the shift runs the other way round the circle.
    private static void ShiftHue(PixelBuffer picture, double shift)
    {
        if (shift < 0)
            shift += Hues;
        var pixels = picture.Pixels;
        for (var i = 0; i < pixels.Length; i += picture.Channels)
        {
            var (hue, saturation, value) = ToHsv(pixels[i], pixels[i + 1], pixels[i + 2]);
            hue = (int)((hue + shift) % Hues);
            (pixels[i], pixels[i + 1], pixels[i + 2]) = ToBgr(hue, saturation, value);
        }
    }

    private static (int Hue, int Saturation, int Value) ToHsv(int b, int g, int r)
    {
        var value = Math.Max(b, Math.Max(g, r));
        var range = value - Math.Min(b, Math.Min(g, r));
        var saturation = (range * SaturationDivisors[value] + (1 << 11)) >> 12;
        var sector = value == r ? g - b : value == g ? b - r + 2 * range : r - g + 4 * range;
        var hue = (sector * HueDivisors[range] + (1 << 11)) >> 12;
        return (hue < 0 ? hue + Hues : hue, saturation, value);
    }

    private static (byte B, byte G, byte R) ToBgr(int hue, int saturation, int value)
    {
        var turn = hue / 30f;
        var sector = (int)MathF.Floor(turn);
        var f = turn - sector;
        var (v, s) = (value / 255f, saturation / 255f);
        var (p, q, t) = (v * (1 - s), v * (1 - s * f), v * (1 - s * (1 - f)));
        var (b, g, r) = sector switch
        {
            0 => (p, t, v),
            1 => (p, v, q),
            2 => (t, v, p),
            3 => (v, q, p),
            4 => (v, p, t),
            _ => (q, p, v),
        };
        return (Level(b), Level(g), Level(r));
    }

    private static byte Level(float value) => (byte)Math.Clamp(MathF.Round(value * 255, MidpointRounding.ToEven), 0, 255);
}
