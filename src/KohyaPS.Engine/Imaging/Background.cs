using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;

namespace KohyaPS.Engine.Imaging;

/// <summary>Lays transparent pictures over a plain colour.</summary>
internal static class Background
{
    private const long Full16 = ushort.MaxValue;
    private const long From16To8 = 257;

    /// <summary>A new opaque picture: round((c a + b (255 - a)) / 255) in each channel.</summary>
    public static PixelBuffer Compose(Image<Rgba32> image, TransparencyHandling handling)
    {
        var level = Level(handling);
        var rgb = new PixelBuffer(image.Width, image.Height, 3);
        image.ProcessPixelRows(rows =>
        {
            for (var y = 0; y < rows.Height; y++)
            {
                var target = rgb.Row(y);
                var at = 0;
                foreach (var pixel in rows.GetRowSpan(y))
                {
                    var rest = level * (255 - pixel.A) + 127;
                    target[at++] = (byte)((pixel.R * pixel.A + rest) / 255);
                    target[at++] = (byte)((pixel.G * pixel.A + rest) / 255);
                    target[at++] = (byte)((pixel.B * pixel.A + rest) / 255);
                }
            }
        });
        return rgb;
    }

    /// <summary>The same from 16-bit channels, rounded to 8 bits once.</summary>
    public static PixelBuffer Compose(Image<Rgba64> image, TransparencyHandling handling)
    {
        var level = Level(handling) * From16To8;
        var rgb = new PixelBuffer(image.Width, image.Height, 3);
        image.ProcessPixelRows(rows =>
        {
            for (var y = 0; y < rows.Height; y++)
            {
                var target = rgb.Row(y);
                var at = 0;
                foreach (var pixel in rows.GetRowSpan(y))
                {
                    var rest = level * (Full16 - pixel.A) + Full16 * From16To8 / 2;
                    target[at++] = (byte)(((long)pixel.R * pixel.A + rest) / (Full16 * From16To8));
                    target[at++] = (byte)(((long)pixel.G * pixel.A + rest) / (Full16 * From16To8));
                    target[at++] = (byte)(((long)pixel.B * pixel.A + rest) / (Full16 * From16To8));
                }
            }
        });
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
