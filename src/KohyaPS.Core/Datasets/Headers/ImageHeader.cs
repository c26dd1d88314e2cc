using Microsoft.Win32.SafeHandles;

namespace KohyaPS.Datasets;

/// <summary>What the first bytes of a picture file say; no pixel is decoded.</summary>
/// <param name="Format">The format by content, whatever the file is called.</param>
/// <param name="StoredSize">Width and height as stored, before the orientation is applied.</param>
/// <param name="Orientation">EXIF orientation, 1 to 8; 1 is upright.</param>
/// <param name="Color">How colours are stored.</param>
/// <param name="BitsPerChannel">Bits of a channel: 1 to 32.</param>
/// <param name="HasAlpha">True where pixels can be transparent.</param>
/// <param name="IsAnimated">True where the file holds several frames; only the first is trained.</param>
public sealed record ImageHeader(ImageFormat Format, ImageSize StoredSize, int Orientation = 1, ImageColor Color = ImageColor.Rgb, int BitsPerChannel = 8, bool HasAlpha = false, bool IsAnimated = false)
{
    /// <summary>Pictures of more pixels are refused before anything is allocated: the limit at which Pillow suspects a decompression bomb.</summary>
    public const long MaxPixels = 178_956_970;

    /// <summary>Files of more bytes are refused.</summary>
    public const long MaxFileBytes = 1L << 30;

    /// <summary>Width and height after the orientation is applied.</summary>
    public ImageSize UprightSize => Orientation >= 5 ? new(StoredSize.Height, StoredSize.Width) : StoredSize;

    /// <summary>Reads the header of a picture file.</summary>
    /// <exception cref="DatasetException">The file is no picture of a known kind, is damaged, or is too large.</exception>
    public static ImageHeader Read(string path)
    {
        try
        {
            using var file = File.OpenHandle(path, options: FileOptions.RandomAccess);
            return Read(file, path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new DatasetException($"The picture '{path}' cannot be read: {fault.Message} Check that it exists and that you may read it.", fault);
        }
    }

    private static ImageHeader Read(SafeFileHandle file, string path)
    {
        var length = RandomAccess.GetLength(file);
        if (length == 0)
            throw new DatasetException($"The picture '{path}' is empty (0 bytes). Remove it or copy it again from its source.");
        if (length > MaxFileBytes)
            throw new DatasetException($"The picture '{path}' is larger than 1 GiB. Save it smaller; pictures are reduced to the training resolution anyway.");
        ImageHeader header;
        try
        {
            header = Parse(new HeaderBytes(file, length));
        }
        catch (InvalidDataException fault)
        {
            throw new DatasetException($"The picture '{path}' is damaged or no picture: {fault.Message} Remove it or save it anew as PNG or JPEG.", fault);
        }
        var size = header.StoredSize;
        if (size.Width < 1 || size.Height < 1)
            throw new DatasetException($"The picture '{path}' is damaged: its header says {size} pixels. Remove it or save it anew as PNG or JPEG.");
        if (size.Area > MaxPixels)
            throw new DatasetException($"The picture '{path}' is too large: its header says {size} pixels, more than 178,956,970. Save it smaller; pictures are reduced to the training resolution anyway.");
        return header;
    }

    private static ImageHeader Parse(HeaderBytes bytes)
    {
        var start = bytes.At(0, (int)Math.Min(16, bytes.Length));
        return start switch
        {
            [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10, ..] => PngHeader.Parse(bytes),
            [0xFF, 0xD8, 0xFF, ..] => JpegHeader.Parse(bytes),
            [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, (byte)'W', (byte)'E', (byte)'B', (byte)'P', ..] => WebpHeader.Parse(bytes),
            [(byte)'B', (byte)'M', ..] => BmpHeader.Parse(bytes),
            [(byte)'G', (byte)'I', (byte)'F', (byte)'8', ..] => GifHeader.Parse(bytes),
            [(byte)'I', (byte)'I', 42, 0, ..] or [(byte)'M', (byte)'M', 0, 42, ..] => TiffHeader.Parse(bytes),
            _ => throw new InvalidDataException("its content is neither PNG, JPEG, WebP nor BMP."),
        };
    }
}
