namespace KohyaPS.Engine.Imaging;

/// <summary>Lays transparent pictures over a plain colour.</summary>
internal static class Background
{
    /// <summary>A new opaque picture: round((c a + b (255 - a)) / 255) in each channel.</summary>
    public static PixelBuffer Compose(PixelBuffer rgba, TransparencyHandling handling)
    {
        var level = Level(handling);
        var rgb = new PixelBuffer(rgba.Width, rgba.Height, 3);
        ReadOnlySpan<byte> source = rgba.Pixels;
        var target = rgb.Pixels;
        for (int from = 0, to = 0; to < target.Length; from += 4, to += 3)
        {
            int alpha = source[from + 3];
            var rest = level * (255 - alpha) + 127;
            target[to] = (byte)((source[from] * alpha + rest) / 255);
            target[to + 1] = (byte)((source[from + 1] * alpha + rest) / 255);
            target[to + 2] = (byte)((source[from + 2] * alpha + rest) / 255);
        }
        return rgb;
    }

    private static int Level(TransparencyHandling handling) => handling switch
    {
        TransparencyHandling.White => 255,
        TransparencyHandling.Grey => 127,
        TransparencyHandling.Black => 0,
        _ => throw new ArgumentOutOfRangeException(nameof(handling)),
    };
}
