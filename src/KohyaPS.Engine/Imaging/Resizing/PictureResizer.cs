namespace KohyaPS.Engine.Imaging.Resizing;

/// <summary>
/// Resizes pictures with the pixel arithmetic of the peer: OpenCV's area averaging where nothing grows, else Pillow's Lanczos, unless a filter is named.
/// Only the window that is kept is computed, so that a very long picture costs no more than its bucket.
/// </summary>
internal static class PictureResizer
{
    /// <summary>A window of the picture at another size.</summary>
    /// <param name="picture">RGB or RGBA; stays the caller's.</param>
    /// <param name="size">The size of the whole resized picture.</param>
    /// <param name="window">The piece of it that is wanted.</param>
    /// <param name="filter">The filter; null chooses.</param>
    /// <returns>A new buffer of the window's size.</returns>
    public static PixelBuffer Resize(PixelBuffer picture, ImageSize size, PixelWindow window, ResizeInterpolation? filter)
    {
        if (window.Left < 0 || window.Top < 0 || window.Left + window.Width > size.Width || window.Top + window.Height > size.Height)
            throw new ArgumentOutOfRangeException(nameof(window), $"{window} reaches beyond {size}.");
        if (picture.Size == size)
            return Crop(picture, window);
        var chosen = filter ?? (picture.Width >= size.Width && picture.Height >= size.Height ? ResizeInterpolation.Area : ResizeInterpolation.Lanczos);
        return chosen switch
        {
            ResizeInterpolation.Area => AreaResize.Run(picture, size, window),
            ResizeInterpolation.Bilinear => LinearResize.Run(picture, size, window, LinearResize.Centred),
            ResizeInterpolation.Bicubic => CubicResize.Run(picture, size, window),
            ResizeInterpolation.Nearest => NearestResize.Run(picture, size, window),
            ResizeInterpolation.Box => WindowedResize.Run(picture, size, window, WindowedResize.Box),
            _ => WindowedResize.Run(picture, size, window, WindowedResize.Lanczos),
        };
    }

    private static PixelBuffer Crop(PixelBuffer picture, PixelWindow window)
    {
        var piece = new PixelBuffer(window.Width, window.Height, picture.Channels);
        for (var y = 0; y < window.Height; y++)
            picture.Row(window.Top + y).Slice(window.Left * picture.Channels, piece.Stride).CopyTo(piece.Row(y));
        return piece;
    }
}
