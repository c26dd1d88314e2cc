namespace KohyaPS.Engine.Imaging.Resizing;

/// <summary>Colours multiplied by their alpha, in Pillow's integer arithmetic, so that hidden colours do not bleed into visible ones.</summary>
internal static class PremultipliedAlpha
{
    /// <summary>A new picture with multiplied colours.</summary>
    public static PixelBuffer Multiply(PixelBuffer picture)
    {
        var result = new PixelBuffer(picture.Width, picture.Height, 4);
        ReadOnlySpan<byte> from = picture.Pixels;
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

    /// <summary>Divides the colours by alpha again, in place.</summary>
    public static void Divide(PixelBuffer picture)
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
