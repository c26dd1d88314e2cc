using System.Management.Automation;

namespace KohyaPS.Commands;

public sealed partial class NewLoraConfigCommand
{
    /// <inheritdoc cref="BucketsSettings.Resolution"/>
    [Parameter]
    [ResolutionTransformation]
    public Resolution Resolution { get; set; }

    /// <inheritdoc cref="BucketsSettings.EnableBucket"/>
    [Parameter]
    [Alias("enable_bucket")]
    public SwitchParameter EnableBucket { get; set; }

    /// <inheritdoc cref="BucketsSettings.MinBucketReso"/>
    [Parameter]
    [Alias("min_bucket_reso")]
    public int MinBucketReso { get; set; }

    /// <inheritdoc cref="BucketsSettings.MaxBucketReso"/>
    [Parameter]
    [Alias("max_bucket_reso")]
    public int MaxBucketReso { get; set; }

    /// <inheritdoc cref="BucketsSettings.BucketResoSteps"/>
    [Parameter]
    [Alias("bucket_reso_steps")]
    public int BucketResoSteps { get; set; }

    /// <inheritdoc cref="BucketsSettings.BucketNoUpscale"/>
    [Parameter]
    [Alias("bucket_no_upscale")]
    public SwitchParameter BucketNoUpscale { get; set; }

    /// <inheritdoc cref="BucketsSettings.ResizeInterpolation"/>
    [Parameter]
    [Alias("resize_interpolation")]
    [ChoiceTransformation(typeof(ResizeInterpolation))]
    public ResizeInterpolation? ResizeInterpolation { get; set; }
}
