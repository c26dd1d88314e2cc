using System.Buffers;

namespace KohyaPS.Engine.Imaging;

/// <summary>Pixels of 8 bits a channel, row by row, RGB or RGBA interleaved, in pooled memory.</summary>
internal sealed class PixelBuffer : IDisposable
{
    // Four bytes can be read at the start of any pixel.
    private const int SlackBytes = 4;
    private byte[] rented;

    /// <summary>A buffer whose pixels are undefined.</summary>
    public PixelBuffer(int width, int height, int channels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        (Width, Height, Channels) = (width, height, channels);
        rented = ArrayPool<byte>.Shared.Rent(checked(width * height * channels + SlackBytes));
    }

    public int Width { get; }

    public int Height { get; }

    /// <summary>3 for RGB, 4 for RGBA.</summary>
    public int Channels { get; }

    public ImageSize Size => new(Width, Height);

    /// <summary>Bytes of a row.</summary>
    public int Stride => Width * Channels;

    public Span<byte> Pixels => rented.AsSpan(0, Stride * Height);

    public Span<byte> Row(int y) => rented.AsSpan(y * Stride, Stride);

    /// <summary>A row and some undefined bytes behind it.</summary>
    public ReadOnlySpan<byte> RowWithSlack(int y) => rented.AsSpan(y * Stride, Stride + SlackBytes);

    public void Dispose()
    {
        if (rented.Length > 0)
            ArrayPool<byte>.Shared.Return(rented);
        rented = [];
    }
}
