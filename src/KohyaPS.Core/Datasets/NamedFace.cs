using System.Globalization;

namespace KohyaPS.Datasets;

/// <summary>A face in the pixels of a stored picture, as the picture's name states it (stem_cx_cy_w_h).</summary>
internal readonly record struct NamedFace(int CentreX, int CentreY, int Width, int Height)
{
    private const int Numbers = 4;

    /// <summary>The face that a file name states, or null.</summary>
    public static NamedFace? Of(string fileName)
    {
        var pieces = Path.GetFileNameWithoutExtension(fileName).Split('_');
        if (pieces.Length <= Numbers)
            return null;
        var numbers = new int[Numbers];
        for (var i = 0; i < Numbers; i++)
            if (!int.TryParse(pieces[pieces.Length - Numbers + i], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out numbers[i]))
                return null;
        return numbers[0] > 0 ? new(numbers[0], numbers[1], numbers[2], numbers[3]) : null;
    }
}
