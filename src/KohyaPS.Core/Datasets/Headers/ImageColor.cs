namespace KohyaPS.Datasets;

/// <summary>How a file stores colours.</summary>
public enum ImageColor
{
    /// <summary>Red, green and blue.</summary>
    Rgb,

    /// <summary>One grey channel.</summary>
    Grey,

    /// <summary>Indices into a palette.</summary>
    Palette,

    /// <summary>Cyan, magenta, yellow and black.</summary>
    Cmyk,
}
