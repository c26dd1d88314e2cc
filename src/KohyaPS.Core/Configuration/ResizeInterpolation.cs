namespace KohyaPS;

/// <summary>How pictures are resized.</summary>
public enum ResizeInterpolation
{
    /// <summary>Lanczos.</summary>
    [Spelling("lanczos")]
    Lanczos,

    /// <summary>Nearest neighbour.</summary>
    [Spelling("nearest")]
    Nearest,

    /// <summary>Bilinear, also called linear.</summary>
    [Spelling("bilinear", "linear")]
    Bilinear,

    /// <summary>Bicubic, also called cubic.</summary>
    [Spelling("bicubic", "cubic")]
    Bicubic,

    /// <summary>Mean of the area.</summary>
    [Spelling("area")]
    Area,

    /// <summary>Box filter.</summary>
    [Spelling("box")]
    Box,
}
