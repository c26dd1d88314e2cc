namespace KohyaPS.Engine.Imaging.Resizing;

/// <summary>Resizes pictures with the pixel arithmetic of the peer: OpenCV's area averaging where nothing grows, else Pillow's Lanczos, unless a filter is named.</summary>
internal static class PictureResizer
{
    /// <summary>The picture at another size; the picture itself where the size is right already.</summary>
    /// <param name="picture">RGB or RGBA; stays the caller's.</param>
    /// <param name="size">The size wanted.</param>
    /// <param name="filter">The filter; null chooses.</param>
    /// <returns>A new buffer, or <paramref name="picture"/>.</returns>
    public static PixelBuffer Resize(PixelBuffer picture, ImageSize size, ResizeInterpolation? filter)
    {
        if (picture.Size == size)
            return picture;
        var chosen = filter ?? (picture.Width >= size.Width && picture.Height >= size.Height ? ResizeInterpolation.Area : ResizeInterpolation.Lanczos);
        return chosen switch
        {
            ResizeInterpolation.Area => AreaResize.Run(picture, size),
            ResizeInterpolation.Bilinear => LinearResize.Run(picture, size, LinearResize.Centred),
            ResizeInterpolation.Bicubic => CubicResize.Run(picture, size),
            ResizeInterpolation.Nearest => NearestResize.Run(picture, size),
            _ => WindowedResize.Run(picture, size, chosen == ResizeInterpolation.Box ? WindowedResize.Box : WindowedResize.Lanczos),
        };
    }
}
