using KohyaPS.Datasets;

namespace KohyaPS.Engine.Imaging;

/// <summary>Cuts a picture around the face that its file name states (stem_cx_cy_w_h), at a drawn zoom (face_crop_aug_range). Only without buckets.</summary>
internal static class FaceCrop
{
    private const int SmallestMovedFace = 40;

    /// <summary>The picture around the face, at the training size; the picture stays the caller's.</summary>
    public static PixelBuffer Apply(PixelBuffer picture, NamedFace face, ImageSize target, SubsetSettings settings, ISampleDraws draws) =>
        PictureFitter.Fit(picture, CutOf(picture.Size, face, target, settings, draws), settings);

    /// <summary>The piece around the face, at the training size.</summary>
    /// <param name="picture">At least as large as the target, or it is enlarged to cover it.</param>
    /// <param name="face">The face.</param>
    /// <param name="target">The training size.</param>
    /// <param name="settings">The zoom's range, the filter, and whether the place is drawn widely.</param>
    /// <param name="draws">The random numbers of the sample.</param>
    public static PictureCut CutOf(ImageSize picture, NamedFace face, ImageSize target, SubsetSettings settings, ISampleDraws draws)
    {
        var range = settings.FaceCropAugRange ?? throw new ArgumentException("The settings state no range.", nameof(settings));
        var faceSide = Math.Max(face.Width, face.Height);
        var scale = Scale(picture, faceSide, target, range, draws);
        var size = new ImageSize(Math.Max(target.Width, (int)(picture.Width * scale + 0.5)), Math.Max(target.Height, (int)(picture.Height * scale + 0.5)));
        var mayMove = range.Minimum != range.Maximum && faceSide > Math.Min(target.Width, target.Height) / 10 && faceSide >= SmallestMovedFace;
        // The height is drawn before the width.
        var top = Offset(size.Height, (int)(face.CentreY * scale + 0.5), target.Height, faceSide, mayMove, settings.RandomCrop, draws);
        var left = Offset(size.Width, (int)(face.CentreX * scale + 0.5), target.Width, faceSide, mayMove, settings.RandomCrop, draws);
        return new(size, new(left, top, target.Width, target.Height));
    }

    private static double Scale(ImageSize picture, int faceSide, ImageSize target, FaceCropRange range, ISampleDraws draws)
    {
        var side = Math.Min(target.Width, target.Height);
        var cover = Math.Max((double)target.Height / picture.Height, (double)target.Width / picture.Width);
        if (cover > 1)
            return cover;
        var low = Math.Min(1, Math.Max(cover, side / (faceSide * range.Maximum)));
        var high = Math.Min(1, Math.Max(low, side / (faceSide * range.Minimum)));
        return low >= high ? low : draws.Uniform(low, high);
    }

    private static int Offset(int length, int centre, int target, int faceSide, bool mayMove, bool isRandom, ISampleDraws draws)
    {
        var offset = centre - target / 2;
        if (isRandom)
        {
            var reach = Math.Max(length - centre, centre);
            offset += draws.Between(0, reach) + draws.Between(0, reach) - reach;
        }
        else if (mayMove)
        {
            offset += draws.Between(-((faceSide + 19) / 20), faceSide / 20);
        }
        return Math.Clamp(offset, 0, length - target);
    }
}
