using KohyaPS.Datasets;
using TorchSharp;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Imaging;

/// <summary>From a picture's file to the pixels that are trained: decoded, resized, cut to its bucket.</summary>
internal static class ImageLoader
{
    /// <summary>A registered picture as one sample sees it.</summary>
    /// <param name="image">The picture and its bucket.</param>
    /// <param name="draws">The random numbers of the sample; null changes nothing at random.</param>
    /// <exception cref="DatasetException">The file cannot be decoded.</exception>
    public static LoadedSample LoadSample(RegisteredImage image, ISampleDraws? draws)
    {
        var settings = image.Image.Subset.Settings;
        var isFlipped = IsFlipped(settings, draws);
        using var decoded = ImageDecoder.Decode(image.Image.Path, settings);
        var cut = CutOf(decoded.Size, image, settings, draws);
        var pixels = PictureFitter.Fit(decoded, cut, settings);
        var mask = image.Image.MaskPath is { } path ? LoadMask(path, decoded.Size, cut, settings) : null;
        if (settings.ColorAug && draws is not null)
            ColorAugmentation.Apply(pixels, settings.Compatibility, draws);
        if (isFlipped)
        {
            Orientation.Mirror(pixels);
            if (mask is not null)
                Orientation.Mirror(mask);
        }
        // Without buckets and caches, sd-scripts states the cut picture as the original.
        var bucket = image.Assignment.Bucket;
        var conditioning = draws is null || image.IsBucketed ? SizeConditioning.Of(decoded.Size, bucket, isFlipped, settings.Compatibility) : new(bucket, 0, 0, bucket);
        return new(pixels, mask, isFlipped, conditioning);
    }

    /// <summary>Whether a sample is mirrored: the coin is drawn before anything else, whether the picture or its cached latents are used.</summary>
    public static bool IsFlipped(SubsetSettings settings, ISampleDraws? draws) => settings.FlipAug && draws is not null && draws.Next() < 0.5;

    private static PictureCut CutOf(ImageSize size, RegisteredImage image, SubsetSettings settings, ISampleDraws? draws)
    {
        if (draws is null || image.IsBucketed)
            return PictureFitter.CutOf(image.Assignment, settings, draws);
        var target = image.Assignment.Bucket;
        if (settings.FaceCropAugRange is not null && NamedFace.Of(image.Image.Name) is { } face)
            return FaceCrop.CutOf(size, face, target, settings, draws);
        return settings.RandomCrop && size.Width >= target.Width && size.Height >= target.Height
            ? RandomWindow(size, target, draws)
            : PictureFitter.CutOf(image.Assignment, settings, draws);
    }

    // The picture at its own size; without buckets the height is drawn before the width.
    private static PictureCut RandomWindow(ImageSize size, ImageSize target, ISampleDraws draws)
    {
        var top = size.Height > target.Height ? draws.Between(0, size.Height - target.Height) : 0;
        var left = size.Width > target.Width ? draws.Between(0, size.Width - target.Width) : 0;
        return new(size, new(left, top, target.Width, target.Height));
    }

    // sd-scripts stretches the mask to the bucket, so that it lies beside what it masks; here it goes the way of its picture.
    private static PixelBuffer LoadMask(string path, ImageSize size, PictureCut cut, SubsetSettings settings)
    {
        using var mask = DecodeMask(path, settings);
        return mask.Size == size
            ? PictureFitter.Fit(mask, cut, settings)
            : throw new DatasetException($"The mask '{path}' has {mask.Size} pixels, its picture {size}. Give it the size of the picture.");
    }

    /// <summary>A mask picture; what is transparent in it does not count.</summary>
    public static PixelBuffer DecodeMask(string path, SubsetSettings settings) => ImageDecoder.Decode(path, settings with { AlphaMask = false, Transparency = TransparencyHandling.Black });

    /// <summary>(v / 255 - 0.5) / 0.5 in float32; alpha is left out.</summary>
    /// <returns>[1, 3, H, W]</returns>
    public static Tensor ToTensor(PixelBuffer picture)
    {
        using var scope = NewDisposeScope();
        var bytes = empty(picture.Height, picture.Width, picture.Channels, dtype: ScalarType.Byte);
        picture.Pixels.CopyTo(bytes.bytes);
        var colours = bytes.narrow(2, 0, 3).permute(2, 0, 1).to(float32).div_(255f).sub_(0.5f).div_(0.5f);
        return colours.contiguous().unsqueeze(0).MoveToOuterDisposeScope();
    }

    /// <summary>How much each place of a sample counts, 0 to 1: the red channel of its mask picture, else its alpha, else 1.</summary>
    /// <returns>[1, H, W] float32</returns>
    public static Tensor ToMask(LoadedSample sample) =>
        sample.MaskPixels is { } mask ? Channel(mask, 0) : sample.Pixels.Channels == 4 ? Channel(sample.Pixels, 3) : ones(1, sample.Pixels.Height, sample.Pixels.Width);

    private static Tensor Channel(PixelBuffer picture, int channel)
    {
        using var scope = NewDisposeScope();
        var bytes = empty(picture.Height, picture.Width, picture.Channels, dtype: ScalarType.Byte);
        picture.Pixels.CopyTo(bytes.bytes);
        return bytes.select(2, channel).to(float32).div_(255f).contiguous().unsqueeze(0).MoveToOuterDisposeScope();
    }
}
