using System.Buffers;
using System.Runtime.InteropServices;
using KohyaPS.Datasets;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats;
using SixLabors.ImageSharp.Formats.Bmp;
using SixLabors.ImageSharp.Formats.Gif;
using SixLabors.ImageSharp.Formats.Jpeg;
using SixLabors.ImageSharp.Formats.Png;
using SixLabors.ImageSharp.Formats.Tiff;
using SixLabors.ImageSharp.Formats.Webp;
using SixLabors.ImageSharp.PixelFormats;

namespace KohyaPS.Engine.Imaging;

/// <summary>
/// Reads a picture file into 8-bit RGB or RGBA, turned upright. The header is checked against the limits before any pixel is allocated.
/// ICC profiles are ignored, as sd-scripts does; 16-bit channels are reduced to their high byte.
/// </summary>
internal static class ImageDecoder
{
    private static readonly SixLabors.ImageSharp.Configuration Decoding = new(new PngConfigurationModule(), new JpegConfigurationModule(), new WebpConfigurationModule(),
        new BmpConfigurationModule(), new GifConfigurationModule(), new TiffConfigurationModule());

    /// <summary>The pixels of a picture: RGBA where the subset takes alpha as mask, RGB otherwise.</summary>
    /// <exception cref="DatasetException">The file is no picture, is damaged or cut short, or is too large.</exception>
    public static PixelBuffer Decode(string path, SubsetSettings settings)
    {
        var header = ImageHeader.Read(path);
        var orientation = settings.ApplyOrientation ? header.Orientation : 1;
        if (settings.AlphaMask)
            return Decode(path, header, orientation, keepAlpha: true);
        if (!header.HasAlpha || settings.Transparency == TransparencyHandling.Drop)
            return Decode(path, header, orientation, keepAlpha: false);
        using var transparent = Decode(path, header, orientation, keepAlpha: true);
        return Background.Compose(transparent, settings.Transparency);
    }

    private static PixelBuffer Decode(string path, ImageHeader header, int orientation, bool keepAlpha)
    {
        if (header.BitsPerChannel > 8 && header.Format != ImageFormat.Jpeg)
            return Decode<Rgba64>(path, header, orientation, image => CopyHighBytes(image, keepAlpha ? 4 : 3));
        return keepAlpha
            ? Decode<Rgba32>(path, header, orientation, Copy)
            : Decode<Rgb24>(path, header, orientation, Copy);
    }

    private static PixelBuffer Decode<TPixel>(string path, ImageHeader header, int orientation, Func<Image<TPixel>, PixelBuffer> convert)
        where TPixel : unmanaged, IPixel<TPixel>
    {
        var length = checked((int)new FileInfo(path).Length);
        var bytes = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            using (var file = File.OpenHandle(path, options: FileOptions.SequentialScan))
                ReadAll(file, bytes.AsSpan(0, length));
            if (header.Format == ImageFormat.Jpeg && !JpegEnd.IsPresent(bytes.AsSpan(0, length)))
                throw new InvalidDataException("it is cut short: the end of the JPEG data is missing.");
            using var image = header is { Format: ImageFormat.Webp, IsAnimated: true }
                ? DecodeFirstFrame<TPixel>(bytes.AsSpan(0, length), header.StoredSize)
                : Image.Load<TPixel>(Decoding, new MemoryStream(bytes, 0, length, writable: false), DecoderOf(header.Format));
            if (image.Width != header.StoredSize.Width || image.Height != header.StoredSize.Height)
                throw new InvalidDataException($"its header says {header.StoredSize} pixels, its data {new ImageSize(image.Width, image.Height)}.");
            var stored = convert(image);
            if (orientation == 1)
                return stored;
            using (stored)
                return Orientation.Apply(stored, orientation);
        }
        catch (Exception fault) when (IsDecoderFault(fault))
        {
            throw new DatasetException($"The picture '{path}' cannot be decoded: {fault.Message} Remove it or save it anew as PNG or JPEG.", fault);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    // Besides its own exceptions, the library lets those of its arithmetic escape from damaged data.
    private static bool IsDecoderFault(Exception fault) => fault is ImageFormatException or InvalidDataException or NotSupportedException or IOException
        or UnauthorizedAccessException or IndexOutOfRangeException or ArgumentException or OverflowException or NullReferenceException or InvalidOperationException or DivideByZeroException;

    private static Image<TPixel> DecodeFirstFrame<TPixel>(ReadOnlySpan<byte> file, ImageSize canvasSize)
        where TPixel : unmanaged, IPixel<TPixel>
    {
        var (still, left, top) = AnimatedWebp.FirstFrame(file);
        var frame = Image.Load<TPixel>(Decoding, new MemoryStream(still, writable: false), DecoderOf(ImageFormat.Webp));
        if (left == 0 && top == 0 && frame.Width == canvasSize.Width && frame.Height == canvasSize.Height)
            return frame;
        using (frame)
        {
            if (left + frame.Width > canvasSize.Width || top + frame.Height > canvasSize.Height)
                throw new InvalidDataException("its first frame reaches beyond the canvas.");
            var canvas = new Image<TPixel>(Decoding, canvasSize.Width, canvasSize.Height);
            frame.ProcessPixelRows(canvas, (from, to) =>
            {
                for (var y = 0; y < from.Height; y++)
                    from.GetRowSpan(y).CopyTo(to.GetRowSpan(top + y)[left..]);
            });
            return canvas;
        }
    }

    private static void ReadAll(Microsoft.Win32.SafeHandles.SafeFileHandle file, Span<byte> bytes)
    {
        for (var at = 0; at < bytes.Length;)
        {
            var read = RandomAccess.Read(file, bytes[at..], at);
            if (read == 0)
                throw new InvalidDataException("it became shorter while it was read.");
            at += read;
        }
    }

    private static PixelBuffer Copy<TPixel>(Image<TPixel> image)
        where TPixel : unmanaged, IPixel<TPixel>
    {
        var pixels = new PixelBuffer(image.Width, image.Height, Marshal.SizeOf<TPixel>());
        image.ProcessPixelRows(rows =>
        {
            for (var y = 0; y < rows.Height; y++)
                MemoryMarshal.AsBytes(rows.GetRowSpan(y)).CopyTo(pixels.Row(y));
        });
        return pixels;
    }

    // The high byte of each 16-bit channel, as libpng and Pillow reduce colours; grey is reduced alike instead of being clipped.
    private static PixelBuffer CopyHighBytes(Image<Rgba64> image, int channels)
    {
        var pixels = new PixelBuffer(image.Width, image.Height, channels);
        image.ProcessPixelRows(rows =>
        {
            for (var y = 0; y < rows.Height; y++)
            {
                var target = pixels.Row(y);
                var at = 0;
                foreach (var pixel in rows.GetRowSpan(y))
                {
                    target[at] = (byte)(pixel.R >> 8);
                    target[at + 1] = (byte)(pixel.G >> 8);
                    target[at + 2] = (byte)(pixel.B >> 8);
                    if (channels == 4)
                        target[at + 3] = (byte)(pixel.A >> 8);
                    at += channels;
                }
            }
        });
        return pixels;
    }

    private static IImageDecoder DecoderOf(ImageFormat format) => format switch
    {
        ImageFormat.Png => new PngDecoder { IgnoreMetadata = true },
        ImageFormat.Jpeg => new JpegDecoder { IgnoreMetadata = true },
        ImageFormat.Webp => new WebpDecoder { IgnoreMetadata = true },
        ImageFormat.Bmp => new BmpDecoder(),
        ImageFormat.Gif => new GifDecoder { IgnoreMetadata = true, DecodingMode = SixLabors.ImageSharp.Metadata.FrameDecodingMode.First },
        _ => new TiffDecoder { IgnoreMetadata = true, DecodingMode = SixLabors.ImageSharp.Metadata.FrameDecodingMode.First },
    };
}
