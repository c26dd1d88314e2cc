namespace KohyaPS;

/// <summary>What becomes of a picture: resized to cover its bucket, then cut to it.</summary>
/// <param name="Bucket">Size as trained.</param>
/// <param name="Resized">Size after resizing, before cutting; at least the bucket on both sides.</param>
/// <param name="AspectError">Aspect ratio of the bucket minus that of the picture.</param>
public readonly record struct BucketAssignment(ImageSize Bucket, ImageSize Resized, double AspectError)
{
    /// <summary>Pixels cut off at the left by a centred crop.</summary>
    public int CropLeft => Math.Max(0, Resized.Width - Bucket.Width) / 2;

    /// <summary>Pixels cut off at the top by a centred crop.</summary>
    public int CropTop => Math.Max(0, Resized.Height - Bucket.Height) / 2;
}
