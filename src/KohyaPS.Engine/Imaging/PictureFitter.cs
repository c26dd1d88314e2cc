using KohyaPS.Datasets;
using KohyaPS.Engine.Imaging.Resizing;

namespace KohyaPS.Engine.Imaging;

/// <summary>Brings pictures to the size of their bucket: resized to cover it, then cut, from the centre or at a drawn place.</summary>
internal static class PictureFitter
{
    /// <summary>The picture at the size of its bucket.</summary>
    /// <param name="picture">RGB or RGBA; stays the caller's.</param>
    /// <param name="assignment">The sizes.</param>
    /// <param name="settings">Filter and place of the cut.</param>
    /// <param name="draws">The random numbers of the sample; null cuts from the centre.</param>
    /// <returns>A new buffer.</returns>
    public static PixelBuffer Fit(PixelBuffer picture, BucketAssignment assignment, SubsetSettings settings, ISampleDraws? draws) =>
        Fit(picture, CutOf(assignment, settings, draws), settings);

    /// <summary>A picture, or its mask, cut as already decided.</summary>
    /// <returns>A new buffer.</returns>
    public static PixelBuffer Fit(PixelBuffer picture, PictureCut cut, SubsetSettings settings) =>
        PictureResizer.Resize(picture, cut.Resized, cut.Window, settings.ResizeInterpolation);

    /// <summary>What is taken of a picture that is resized to cover its bucket.</summary>
    public static PictureCut CutOf(BucketAssignment assignment, SubsetSettings settings, ISampleDraws? draws)
    {
        var (bucket, resized) = (assignment.Bucket, assignment.Resized);
        var random = settings.RandomCrop ? draws : null;
        var left = Offset(resized.Width - bucket.Width, random);
        var top = Offset(resized.Height - bucket.Height, random);
        return new(resized, new(left, top, bucket.Width, bucket.Height));
    }

    // The width is drawn before the height; a side without excess draws nothing.
    private static int Offset(int excess, ISampleDraws? draws) => excess <= 0 ? 0 : draws?.Between(0, excess) ?? excess / 2;
}
