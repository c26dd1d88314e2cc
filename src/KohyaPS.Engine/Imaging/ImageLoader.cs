using KohyaPS.Engine.Imaging.Resizing;
using TorchSharp;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Imaging;

/// <summary>From a picture's file to the pixels that are trained: decoded, resized, cut to its bucket.</summary>
internal static class ImageLoader
{
    /// <summary>The pixels of a registered picture.</summary>
    /// <returns>[1, 3, H, W] float32 in -1 to 1; the caller owns it.</returns>
    /// <exception cref="DatasetException">The file cannot be decoded.</exception>
    public static Tensor Load(RegisteredImage image)
    {
        var settings = image.Image.Subset.Settings;
        using var decoded = ImageDecoder.Decode(image.Image.Path, settings);
        using var cut = Fit(decoded, image.Assignment, settings.ResizeInterpolation);
        return ToTensor(cut);
    }

    /// <summary>The picture resized and cut to its bucket, from the middle.</summary>
    /// <param name="picture">RGB or RGBA; stays the caller's.</param>
    /// <param name="assignment">The sizes.</param>
    /// <param name="filter">How to resize; null chooses.</param>
    /// <returns>A new buffer.</returns>
    public static PixelBuffer Fit(PixelBuffer picture, BucketAssignment assignment, ResizeInterpolation? filter)
    {
        var resized = PictureResizer.Resize(picture, assignment.Resized, filter);
        try
        {
            return Crop(resized, new(assignment.CropLeft, assignment.CropTop, assignment.Bucket.Width, assignment.Bucket.Height));
        }
        finally
        {
            if (!ReferenceEquals(resized, picture))
                resized.Dispose();
        }
    }

    /// <summary>A piece of a picture, as a new buffer.</summary>
    public static PixelBuffer Crop(PixelBuffer picture, PixelWindow window)
    {
        var piece = new PixelBuffer(window.Width, window.Height, picture.Channels);
        for (var y = 0; y < window.Height; y++)
            picture.Row(window.Top + y).Slice(window.Left * picture.Channels, piece.Stride).CopyTo(piece.Row(y));
        return piece;
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
}
