using KohyaPS.Files;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;

namespace KohyaPS.Engine.Imaging;

/// <summary>Writes pictures as PNG, whole or not at all.</summary>
internal static class PngFile
{
    /// <summary>Writes an RGB picture.</summary>
    public static void Write(string path, PixelBuffer picture)
    {
        using var image = Image.LoadPixelData<Rgb24>(picture.Pixels, picture.Width, picture.Height);
        AtomicFile.Write(path, stream => image.SaveAsPng(stream));
    }
}
