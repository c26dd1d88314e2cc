namespace KohyaPS.Datasets;

/// <summary>Which files of a folder are pictures to train.</summary>
public static class ImageFiles
{
    /// <summary>The extensions of pictures, in lower case.</summary>
    public static IReadOnlyList<string> Extensions { get; } = [".bmp", ".jpeg", ".jpg", ".png", ".webp"];

    /// <summary>
    /// True for names that end in one of the extensions, all in lower or all in upper case; in any case on Windows, whose file names know no case. Names that begin with a dot are hidden.
    /// </summary>
    public static bool IsListed(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.StartsWith('.'))
            return false;
        var extension = Path.GetExtension(name);
        var isOneCase = !extension.Any(char.IsUpper) || !extension.Any(char.IsLower);
        return (isOneCase || OperatingSystem.IsWindows()) && Extensions.Contains(extension, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>True for names that end in one of the extensions in any case of letters: what was meant as a picture, listed or not.</summary>
    public static bool IsMeantAsPicture(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return !name.StartsWith('.') && Extensions.Contains(Path.GetExtension(name), StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Compares names by Unicode code point, as all systems sort them in sd-scripts.</summary>
    public static IComparer<string> Order { get; } = Comparer<string>.Create(CompareCodePoints);

    // UTF-16 order differs from code points where one side is a surrogate and the other lies above U+DFFF.
    private static int CompareCodePoints(string? left, string? right)
    {
        if (left is null || right is null)
            return string.CompareOrdinal(left, right);
        for (var i = 0; i < Math.Min(left.Length, right.Length); i++)
        {
            if (left[i] == right[i])
                continue;
            if (char.IsSurrogate(left[i]) != char.IsSurrogate(right[i]) && left[i] >= '\uD800' && right[i] >= '\uD800')
                return char.IsSurrogate(left[i]) ? 1 : -1;
            return left[i] - right[i];
        }
        return left.Length - right.Length;
    }
}
