using System.Management.Automation;

namespace KohyaPS.Commands;

public sealed partial class NewLoraConfigCommand
{
    /// <inheritdoc cref="CachingSettings.CacheLatents"/>
    [Parameter]
    [Alias("cache_latents")]
    public SwitchParameter CacheLatents { get; set; }

    /// <inheritdoc cref="CachingSettings.CacheLatentsToDisk"/>
    [Parameter]
    [Alias("cache_latents_to_disk")]
    public SwitchParameter CacheLatentsToDisk { get; set; }

    /// <inheritdoc cref="CachingSettings.VaeBatchSize"/>
    [Parameter]
    [Alias("vae_batch_size")]
    public int VaeBatchSize { get; set; }

    /// <inheritdoc cref="CachingSettings.SkipCacheCheck"/>
    [Parameter]
    [Alias("skip_cache_check")]
    public SwitchParameter SkipCacheCheck { get; set; }

    /// <inheritdoc cref="CachingSettings.CacheTextEncoderOutputs"/>
    [Parameter]
    [Alias("cache_text_encoder_outputs")]
    public SwitchParameter CacheTextEncoderOutputs { get; set; }

    /// <inheritdoc cref="CachingSettings.CacheTextEncoderOutputsToDisk"/>
    [Parameter]
    [Alias("cache_text_encoder_outputs_to_disk")]
    public SwitchParameter CacheTextEncoderOutputsToDisk { get; set; }

    /// <inheritdoc cref="CachingSettings.CacheFormat"/>
    [Parameter]
    [Alias("cache_format")]
    [ChoiceTransformation(typeof(CacheFormat))]
    public CacheFormat CacheFormat { get; set; }

    /// <inheritdoc cref="CachingSettings.CacheDir"/>
    [Parameter]
    [Alias("cache_dir")]
    public string? CacheDir { get; set; }
}
