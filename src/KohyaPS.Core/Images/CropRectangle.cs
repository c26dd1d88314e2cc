using System.Globalization;

namespace KohyaPS;

/// <summary>The piece of a resized picture that is trained, in its pixels.</summary>
/// <param name="Left">Pixels cut off at the left.</param>
/// <param name="Top">Pixels cut off at the top.</param>
/// <param name="Width">Width of the piece.</param>
/// <param name="Height">Height of the piece.</param>
public readonly record struct CropRectangle(int Left, int Top, int Width, int Height)
{
    /// <summary>Size and place: 512x768+0+12.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Width}x{Height}+{Left}+{Top}");
}
