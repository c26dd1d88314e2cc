namespace KohyaPS;

/// <summary>Sizes at which pictures are trained.</summary>
public sealed record BucketsSettings : SettingGroup
{
    /// <summary>Training resolution: one number, or width,height. Sets the area of the buckets.</summary>
    [Setting(Gui = "max_resolution")]
    public Resolution Resolution { get; init; } = new(512, 512);

    /// <summary>Sort pictures into buckets by aspect ratio instead of cropping all to one size.</summary>
    [Setting(Gui = "enable_bucket", TrainerDefault = "false")]
    public bool EnableBucket { get; init; } = true;

    /// <summary>Smallest side of a bucket in pixels.</summary>
    [Setting(Gui = "min_bucket_reso", Minimum = 64)]
    public int MinBucketReso { get; init; } = 256;

    /// <summary>Largest side of a bucket in pixels.</summary>
    [Setting(Gui = "max_bucket_reso", TrainerDefault = "1024", Minimum = 64)]
    public int MaxBucketReso { get; init; } = 2048;

    /// <summary>Bucket sides are multiples of this many pixels.</summary>
    [Setting(Gui = "bucket_reso_steps", Minimum = 1)]
    public int BucketResoSteps { get; init; } = 64;

    /// <summary>Never enlarge a picture; bucket sizes then come from the pictures themselves.</summary>
    [Setting(Gui = "bucket_no_upscale", TrainerDefault = "false")]
    public bool BucketNoUpscale { get; init; } = true;

    /// <summary>How pictures are resized. Not set: area for shrinking, Lanczos for enlarging.</summary>
    [Setting]
    public ResizeInterpolation? ResizeInterpolation { get; init; }
}
