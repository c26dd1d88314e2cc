namespace KohyaPS.Datasets;

/// <summary>File formats of pictures, told by their content.</summary>
public enum ImageFormat
{
    /// <summary>Portable Network Graphics.</summary>
    Png,

    /// <summary>JPEG.</summary>
    Jpeg,

    /// <summary>WebP.</summary>
    Webp,

    /// <summary>Windows bitmap.</summary>
    Bmp,

    /// <summary>GIF; never trained by its own extension.</summary>
    Gif,

    /// <summary>TIFF; never trained by its own extension.</summary>
    Tiff,
}
