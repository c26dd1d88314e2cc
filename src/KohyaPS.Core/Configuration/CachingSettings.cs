namespace KohyaPS;

/// <summary>What is computed once and kept.</summary>
public sealed record CachingSettings : SettingGroup
{
    /// <summary>Encode each picture once and keep its latents.</summary>
    [Setting(Gui = "cache_latents", TrainerDefault = "false")]
    public bool CacheLatents { get; init; } = true;

    /// <summary>Keep the latents in files, for the next training too.</summary>
    [Setting(Gui = "cache_latents_to_disk")]
    public bool CacheLatentsToDisk { get; init; }

    /// <summary>Pictures per VAE call while latents are cached.</summary>
    [Setting(Gui = "vae_batch_size", Minimum = 1, ZeroMeansUnset = true)]
    public int VaeBatchSize { get; init; } = 1;

    /// <summary>Trust cached files without checking that they fit their picture.</summary>
    [Setting]
    public bool SkipCacheCheck { get; init; }

    /// <summary>Run the text encoders once per caption and keep what they return.</summary>
    [Setting(Gui = "sdxl_cache_text_encoder_outputs")]
    public bool CacheTextEncoderOutputs { get; init; }

    /// <summary>Keep the text encoder outputs in files.</summary>
    [Setting]
    public bool CacheTextEncoderOutputsToDisk { get; init; }

    /// <summary>Which files hold what is cached on disk: kohyaps, or npz as sd-scripts reads and writes them.</summary>
    [Setting(IsFlag = false)]
    public CacheFormat CacheFormat { get; init; }

    /// <summary>Folder of the files of kohyaps. Not set: the folder cache in OutputDir.</summary>
    [Setting(IsPath = true, IsFlag = false)]
    public string? CacheDir { get; init; }

    /// <summary>True where latents are kept, in memory or on disk.</summary>
    public bool KeepsLatents => CacheLatents || CacheLatentsToDisk;

    /// <summary>True where text states are encoded before the first step.</summary>
    public bool KeepsTextStates => CacheTextEncoderOutputs || CacheTextEncoderOutputsToDisk;
}
