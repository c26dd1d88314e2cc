using KohyaPS.Datasets;
using KohyaPS.Engine.Imaging.Resizing;
using TorchSharp;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Imaging;

/// <summary>From a picture's file to the pixels that are trained: decoded, resized, cut to its bucket.</summary>
internal static class ImageLoader
{
    /// <summary>The pixels of a registered picture without any random change, as they are cached.</summary>
    /// <returns>[1, 3, H, W] float32 in -1 to 1; the caller owns it.</returns>
    /// <exception cref="DatasetException">The file cannot be decoded.</exception>
    public static Tensor Load(RegisteredImage image)
    {
        using var sample = LoadSample(image, draws: null);
        return ToTensor(sample.Pixels);
    }

    /// <summary>A registered picture as one sample sees it.</summary>
    /// <param name="image">The picture and its bucket.</param>
    /// <param name="draws">The random numbers of the sample; null changes nothing at random.</param>
    /// <exception cref="DatasetException">The file cannot be decoded.</exception>
    public static LoadedSample LoadSample(RegisteredImage image, ISampleDraws? draws)
    {
        var settings = image.Image.Subset.Settings;
        // The coin is drawn before anything else, whether the picture or its cached latents are used.
        var isFlipped = settings.FlipAug && draws is not null && draws.Next() < 0.5;
        using var decoded = ImageDecoder.Decode(image.Image.Path, settings);
        var pixels = Cut(decoded, image, settings, draws);
        if (settings.ColorAug && draws is not null)
            ColorAugmentation.Apply(pixels, settings.Compatibility, draws);
        if (isFlipped)
            Orientation.Mirror(pixels);
        // Without buckets and caches, sd-scripts states the cut picture as the original.
        var bucket = image.Assignment.Bucket;
        var conditioning = draws is null || image.IsBucketed ? SizeConditioning.Of(decoded.Size, bucket, isFlipped) : new(bucket, 0, 0, bucket);
        return new(pixels, isFlipped, conditioning);
    }

    private static PixelBuffer Cut(PixelBuffer decoded, RegisteredImage image, SubsetSettings settings, ISampleDraws? draws)
    {
        if (draws is null || image.IsBucketed)
            return PictureFitter.Fit(decoded, image.Assignment, settings, draws);
        var target = image.Assignment.Bucket;
        if (settings.FaceCropAugRange is not null && FaceCrop.FaceOf(image.Image.Name) is { } face)
            return FaceCrop.Apply(decoded, face, target, settings, draws);
        return settings.RandomCrop && decoded.Width >= target.Width && decoded.Height >= target.Height
            ? RandomWindow(decoded, target, draws)
            : PictureFitter.Fit(decoded, image.Assignment, settings, draws);
    }

    // The picture at its own size; without buckets the height is drawn before the width.
    private static PixelBuffer RandomWindow(PixelBuffer decoded, ImageSize target, ISampleDraws draws)
    {
        var top = decoded.Height > target.Height ? draws.Between(0, decoded.Height - target.Height) : 0;
        var left = decoded.Width > target.Width ? draws.Between(0, decoded.Width - target.Width) : 0;
        return PictureResizer.Resize(decoded, decoded.Size, new(left, top, target.Width, target.Height), filter: null);
    }

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

    /// <summary>Alpha / 255 in float32; ones where the picture has none.</summary>
    /// <returns>[1, 1, H, W]</returns>
    public static Tensor ToMask(PixelBuffer picture)
    {
        if (picture.Channels == 3)
            return ones(1, 1, picture.Height, picture.Width);
        using var scope = NewDisposeScope();
        var bytes = empty(picture.Height, picture.Width, picture.Channels, dtype: ScalarType.Byte);
        picture.Pixels.CopyTo(bytes.bytes);
        return bytes.narrow(2, 3, 1).permute(2, 0, 1).to(float32).div_(255f).contiguous().unsqueeze(0).MoveToOuterDisposeScope();
    }
}
