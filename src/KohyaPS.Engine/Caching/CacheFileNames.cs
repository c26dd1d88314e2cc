using System.Globalization;
using System.Text.RegularExpressions;

namespace KohyaPS.Engine.Caching;

/// <summary>The names that sd-scripts gives its caches, beside the pictures.</summary>
internal static partial class CacheFileNames
{
    /// <summary>The file of a picture's latents: that of old versions where it exists, else one that states the picture's size and the kind of model.</summary>
    /// <param name="imagePath">The picture.</param>
    /// <param name="size">Its size.</param>
    /// <param name="isSdxl">Latents of SDXL differ from those of the others.</param>
    public static string Latents(string imagePath, ImageSize size, bool isSdxl)
    {
        var stem = Path.ChangeExtension(imagePath, null);
        var old = stem + ".npz";
        return File.Exists(old) ? old : string.Create(CultureInfo.InvariantCulture, $"{stem}_{size.Width:D4}x{size.Height:D4}_{(isSdxl ? "sdxl" : "sd")}.npz");
    }

    /// <summary>The size that such a name states, or null.</summary>
    public static ImageSize? SizeOf(string path)
    {
        var match = SizedName().Match(Path.GetFileName(path));
        return match.Success && int.TryParse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture, out var width) && int.TryParse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture, out var height)
            ? new(width, height)
            : null;
    }

    /// <summary>The file of what the text encoders say of a picture's caption.</summary>
    public static string TextStates(string imagePath) => Path.ChangeExtension(imagePath, null) + "_te_outputs.npz";

    [GeneratedRegex("_([0-9]{4,})x([0-9]{4,})_(?:sd|sdxl)\\.npz$")]
    private static partial Regex SizedName();
}
