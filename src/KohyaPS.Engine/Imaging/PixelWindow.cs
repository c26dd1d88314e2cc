namespace KohyaPS.Engine.Imaging;

/// <summary>A piece of a picture, in its pixels.</summary>
internal readonly record struct PixelWindow(int Left, int Top, int Width, int Height)
{
    /// <summary>The whole picture.</summary>
    public static PixelWindow Whole(ImageSize size) => new(0, 0, size.Width, size.Height);
}
