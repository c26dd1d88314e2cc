namespace KohyaPS;

/// <summary>One picture of a subset, as found on disk; its pixels are read when they are trained.</summary>
/// <param name="Path">Full path.</param>
/// <param name="Subset">The subset it belongs to.</param>
/// <param name="Size">Size in pixels as trained: upright where the subset applies the EXIF orientation. 0x0 with a fault.</param>
/// <param name="Caption">The stored caption.</param>
/// <param name="Orientation">EXIF orientation, 1 to 8; 1 is upright.</param>
/// <param name="Fault">Why the picture cannot be used and what to do, or null. A dataset with faults is not trained.</param>
/// <param name="MaskPath">Full path of the picture that says how much each place counts (conditioning_data_dir), or null.</param>
public sealed record TrainingImage(string Path, DatasetSubset Subset, ImageSize Size, ImageCaption Caption, int Orientation = 1, string? Fault = null, string? MaskPath = null)
{
    /// <summary>The file's name without its folder.</summary>
    public string Name => System.IO.Path.GetFileName(Path);

    /// <summary>Width in pixels, upright.</summary>
    public int Width => Size.Width;

    /// <summary>Height in pixels, upright.</summary>
    public int Height => Size.Height;
}
