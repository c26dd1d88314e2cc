namespace KohyaPS;

/// <summary>What the pixels of a picture say.</summary>
public sealed record PictureFacts
{
    /// <summary>Why the picture cannot be decoded and what to do; null where it can.</summary>
    public string? Fault { get; init; }

    /// <summary>The least alpha of a pixel: 0 is transparent, 255 opaque; 255 without an alpha channel.</summary>
    public byte LowestAlpha { get; init; } = byte.MaxValue;

    /// <summary>The greatest alpha of a pixel.</summary>
    public byte HighestAlpha { get; init; } = byte.MaxValue;

    /// <summary>The least value of the mask picture: 0 leaves a place out, 255 counts it whole; 255 without a mask picture.</summary>
    public byte LowestMask { get; init; } = byte.MaxValue;

    /// <summary>The greatest value of the mask picture.</summary>
    public byte HighestMask { get; init; } = byte.MaxValue;

    /// <summary>The picture in 16 x 16 pixels of red, green and blue, for comparison; empty with a fault.</summary>
    public IReadOnlyList<byte> Thumbnail { get; init; } = [];
}
