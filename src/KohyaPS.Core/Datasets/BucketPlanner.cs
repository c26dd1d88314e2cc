using System.Globalization;

namespace KohyaPS;

/// <summary>
/// Chooses for each picture the size it is trained at: the bucket of the nearest aspect ratio, or without upscaling a bucket cut from the picture itself.
/// All ratios and scales are doubles, as in sd-scripts.
/// </summary>
public sealed class BucketPlanner
{
    private readonly ImageSize resolution;
    private readonly HashSet<ImageSize> known;
    private readonly double[] ratios;

    /// <param name="settings">Resolution, limits and steps.</param>
    /// <param name="compatibility">Kohya2188 takes the bucket list of kohya_ss v21.8.8, with limits as given.</param>
    /// <exception cref="DatasetException">The settings leave no bucket or contradict each other.</exception>
    public BucketPlanner(BucketsSettings settings, Compatibility compatibility = Compatibility.None)
    {
        ArgumentNullException.ThrowIfNull(settings);
        Settings = settings;
        resolution = new(settings.Resolution.Width, settings.Resolution.Height);
        if (resolution.Width < 1 || resolution.Height < 1)
            throw new DatasetException($"The resolution {resolution} has a side below 1 pixel. Set -Resolution to, for instance, 512,512.");
        (MinBucketReso, MaxBucketReso) = (settings.MinBucketReso, settings.MaxBucketReso);
        Buckets = settings.EnableBucket ? ListOf(compatibility) : [resolution];
        ratios = [.. Buckets.Select(bucket => bucket.AspectRatio)];
        known = [.. Buckets];
    }

    /// <summary>The settings as given.</summary>
    public BucketsSettings Settings { get; }

    /// <summary>Smallest side after lowering to a multiple of the steps.</summary>
    public int MinBucketReso { get; private set; }

    /// <summary>Largest side after raising to a multiple of the steps.</summary>
    public int MaxBucketReso { get; private set; }

    /// <summary>The sizes to choose from, in order; empty without upscaling, where pictures make their own.</summary>
    public IReadOnlyList<ImageSize> Buckets { get; }

    private bool MakesBuckets => Settings.EnableBucket && Settings.BucketNoUpscale;

    /// <summary>The bucket of a picture and the size it is resized to.</summary>
    /// <exception cref="DatasetException">The picture is too small or too narrow for any bucket.</exception>
    public BucketAssignment Assign(ImageSize image)
    {
        if (image.Width < 1 || image.Height < 1)
            throw new DatasetException($"A picture of {image} pixels cannot be trained.");
        return MakesBuckets ? AssignWithoutUpscaling(image) : AssignNearest(image);
    }

    private BucketAssignment AssignNearest(ImageSize image)
    {
        var ratio = image.AspectRatio;
        var bucket = known.Contains(image) ? image : Nearest(ratio);
        var scale = ratio > bucket.AspectRatio ? (double)bucket.Height / image.Height : (double)bucket.Width / image.Width;
        return new(bucket, new((int)(image.Width * scale + 0.5), (int)(image.Height * scale + 0.5)), bucket.AspectRatio - ratio);
    }

    private ImageSize Nearest(double ratio)
    {
        var best = 0;
        for (var i = 1; i < ratios.Length; i++)
            if (Math.Abs(ratios[i] - ratio) < Math.Abs(ratios[best] - ratio))
                best = i;
        return Buckets[best];
    }

    private BucketAssignment AssignWithoutUpscaling(ImageSize image)
    {
        var ratio = image.AspectRatio;
        var resized = image.Area > resolution.Area ? ShrinkToArea(image, ratio) : image;
        var steps = Settings.BucketResoSteps;
        var bucket = new ImageSize(resized.Width - resized.Width % steps, resized.Height - resized.Height % steps);
        if (bucket.Width < 1 || bucket.Height < 1)
            throw TooSmall(image);
        return new(bucket, resized, bucket.AspectRatio - ratio);
    }

    // Two candidates, each with one side on a step: the one whose ratio is nearer wins.
    private ImageSize ShrinkToArea(ImageSize image, double ratio)
    {
        var width = Math.Sqrt(resolution.Area * ratio);
        var height = resolution.Area / width;
        var byWidth = new ImageSize(LowerToStep(width), LowerToStep(LowerToStep(width) / ratio));
        var byHeight = new ImageSize(LowerToStep(LowerToStep(height) * ratio), LowerToStep(height));
        if (byWidth.Height < 1 || byHeight.Height < 1)
            throw TooSmall(image);
        return Math.Abs(byWidth.AspectRatio - ratio) < Math.Abs(byHeight.AspectRatio - ratio)
            ? new(byWidth.Width, (int)(byWidth.Width / ratio + 0.5))
            : new((int)(byHeight.Height * ratio + 0.5), byHeight.Height);
    }

    private int LowerToStep(double side)
    {
        var rounded = (int)(side + 0.5);
        return rounded - rounded % Settings.BucketResoSteps;
    }

    private DatasetException TooSmall(ImageSize image) => new(
        $"A picture of {image} pixels is too small or too narrow for buckets in steps of {Number(Settings.BucketResoSteps)} without upscaling. " +
        "Remove it, set -BucketNoUpscale:$false, or lower -BucketResoSteps.");

    private IReadOnlyList<ImageSize> ListOf(Compatibility compatibility)
    {
        var steps = Settings.BucketResoSteps;
        if (steps < 1)
            throw new DatasetException($"BucketResoSteps is {Number(steps)}; it must be at least 1. Set -BucketResoSteps 64.");
        if (compatibility != Compatibility.Kohya2188)
        {
            MinBucketReso -= MinBucketReso % steps;
            MaxBucketReso = (int)Math.Min(int.MaxValue - int.MaxValue % (long)steps, (MaxBucketReso + (long)steps - 1) / steps * steps);
        }
        if (MinBucketReso < steps)
            throw new DatasetException($"MinBucketReso {Number(Settings.MinBucketReso)} is less than one step of {Number(steps)} pixels. Set -MinBucketReso {Number(steps)} or more.");
        if (Math.Min(resolution.Width, resolution.Height) < MinBucketReso)
            throw new DatasetException($"MinBucketReso {Number(MinBucketReso)} exceeds the resolution {resolution}. Set -MinBucketReso {Number(Math.Min(resolution.Width, resolution.Height))} or less.");
        if (Math.Max(resolution.Width, resolution.Height) > MaxBucketReso)
            throw new DatasetException($"MaxBucketReso {Number(MaxBucketReso)} is less than the resolution {resolution}. Set -MaxBucketReso {Number(Math.Max(resolution.Width, resolution.Height))} or more.");
        if (Settings.BucketNoUpscale)
            return [];
        return compatibility == Compatibility.Kohya2188
            ? [.. BucketList.Kohya2188(resolution, MinBucketReso, MaxBucketReso, steps).Where(bucket => bucket.Area > 0)]
            : BucketList.Newest(resolution, MinBucketReso, MaxBucketReso, steps);
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
