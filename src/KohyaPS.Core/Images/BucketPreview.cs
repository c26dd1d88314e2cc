namespace KohyaPS;

/// <summary>What a training sees of a picture.</summary>
public sealed record BucketPreview
{
    /// <summary>The picture as it lies in the dataset.</summary>
    public required string Source { get; init; }

    /// <summary>Its own size, upright.</summary>
    public required ImageSize Size { get; init; }

    /// <summary>The size it is trained at.</summary>
    public required ImageSize Bucket { get; init; }

    /// <summary>The size of the whole picture after resizing, before it is cut.</summary>
    public required ImageSize Scaled { get; init; }

    /// <summary>The piece of the resized picture that is kept.</summary>
    public required CropRectangle Crop { get; init; }

    /// <summary>The share of the picture that is cut off, 0 to 1.</summary>
    public double LostShare => 1 - (double)Crop.Width * Crop.Height / Scaled.Area;

    /// <summary>The PNG file with what is trained.</summary>
    public required string Path { get; init; }
}
