using System.Globalization;

namespace KohyaPS;

/// <summary>Width and height in pixels. Ordered by width, then height, as buckets are.</summary>
public readonly record struct ImageSize(int Width, int Height) : IComparable<ImageSize>
{
    /// <summary>Width divided by height.</summary>
    public double AspectRatio => (double)Width / Height;

    /// <summary>Number of pixels.</summary>
    public long Area => (long)Width * Height;

    /// <inheritdoc/>
    public int CompareTo(ImageSize other) => (Width, Height).CompareTo((other.Width, other.Height));

    /// <summary>As people write it: 512x768.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Width}x{Height}");

    /// <summary>True where the left comes first.</summary>
    public static bool operator <(ImageSize left, ImageSize right) => left.CompareTo(right) < 0;

    /// <summary>True where the left comes last.</summary>
    public static bool operator >(ImageSize left, ImageSize right) => left.CompareTo(right) > 0;

    /// <summary>True where the left does not come last.</summary>
    public static bool operator <=(ImageSize left, ImageSize right) => left.CompareTo(right) <= 0;

    /// <summary>True where the left does not come first.</summary>
    public static bool operator >=(ImageSize left, ImageSize right) => left.CompareTo(right) >= 0;
}
