namespace KohyaPS;

/// <summary>
/// What SDXL is told about a sample: the picture's size before resizing, where it was cut, and the size it is trained at.
/// The cut is that of sd-scripts: the picture fitted inside the bucket, which is not the true trim.
/// </summary>
/// <param name="Original">Size of the decoded picture.</param>
/// <param name="CropTop">Pixels cut off at the top.</param>
/// <param name="CropLeft">Pixels cut off at the left.</param>
/// <param name="Target">Size as trained.</param>
public readonly record struct SizeConditioning(ImageSize Original, int CropTop, int CropLeft, ImageSize Target)
{
    /// <summary>The conditioning of a picture in its bucket.</summary>
    /// <param name="original">Size of the decoded picture.</param>
    /// <param name="bucket">Size as trained.</param>
    /// <param name="isFlipped">Whether the picture is mirrored: then its right side is cut off on the left.</param>
    /// <param name="compatibility">Kohya2188 keeps a cut of -1, which floating noise gives for some sizes.</param>
    public static SizeConditioning Of(ImageSize original, ImageSize bucket, bool isFlipped, Compatibility compatibility = Compatibility.None)
    {
        var box = CropBox(original, bucket);
        var left = isFlipped ? bucket.Width - box.Right : box.Left;
        // Floating noise can leave a hair below zero.
        var least = compatibility == Compatibility.Kohya2188 ? int.MinValue : 0;
        return new(original, Math.Max(least, (int)box.Top), Math.Max(least, (int)left), bucket);
    }

    /// <summary>The picture's own shape, as large as fits in the bucket, centred; in pixels of the bucket.</summary>
    public static (double Left, double Top, double Right, double Bottom) CropBox(ImageSize original, ImageSize bucket)
    {
        (double width, double height) = bucket.AspectRatio > original.AspectRatio
            ? (bucket.Height * original.AspectRatio, (double)bucket.Height)
            : ((double)bucket.Width, bucket.Width / original.AspectRatio);
        var left = Math.Floor((bucket.Width - width) / 2);
        var top = Math.Floor((bucket.Height - height) / 2);
        return (left, top, left + width, top + height);
    }
}
