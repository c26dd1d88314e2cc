namespace KohyaPS;

/// <summary>Precision and how the machine is used; nothing here changes what is learned but for rounding.</summary>
public sealed record RuntimeSettings : SettingGroup
{
    /// <summary>Number type of the frozen model: auto, no (float32), fp16 or bf16. auto is bf16 where the device is fast with it.</summary>
    [Setting(Aliases = ["Precision"], Gui = "mixed_precision", GuiDefault = "fp16", TrainerDefault = "no", Why = "bf16 where the device computes it fast, else float32")]
    public MixedPrecision MixedPrecision { get; init; }

    /// <summary>Keep adapters and gradients in fp16.</summary>
    [Setting(Gui = "full_fp16")]
    public bool FullFp16 { get; init; }

    /// <summary>Keep adapters and gradients in bf16.</summary>
    [Setting(Gui = "full_bf16")]
    public bool FullBf16 { get; init; }

    /// <summary>Attention kernel: none, sdpa or xformers. Results differ by rounding only.</summary>
    [Setting(Aliases = ["Attention"], Gui = "xformers", TrainerDefault = "none", IsFlag = false)]
    public CrossAttention CrossAttention { get; init; } = CrossAttention.Xformers;

    /// <summary>Compute attention in chunks; wins over CrossAttention.</summary>
    [Setting(Gui = "mem_eff_attn")]
    public bool MemEffAttn { get; init; }

    /// <summary>Load the model straight to the device.</summary>
    [Setting]
    public bool Lowram { get; init; }

    /// <summary>Background workers that read pictures; never changes a result.</summary>
    [Setting(Gui = "max_data_loader_n_workers", TrainerDefault = "8", Minimum = 0)]
    public int MaxDataLoaderNWorkers { get; init; }

    /// <summary>Keep the workers between epochs.</summary>
    [Setting(Gui = "persistent_data_loader_workers")]
    public bool PersistentDataLoaderWorkers { get; init; }

    /// <summary>CPU threads. Not set: all cores.</summary>
    [Setting(Aliases = ["Threads"], Gui = "num_cpu_threads_per_process", GuiDefault = "2", Minimum = 1, Why = "not set uses all cores, which is what a training on a CPU needs", IsFlag = false)]
    public int? NumCpuThreadsPerProcess { get; init; }

    /// <summary>How the frozen model lies in memory: full, in the type it is computed in, or int8, one byte a number for its linear layers and convolutions. int8 rounds each number by up to 0.4 % of the largest that goes into the same output.</summary>
    [Setting(IsFlag = false)]
    public BaseStorage BaseStorage { get; init; }

    /// <summary>Most memory that the training may take, in GiB: the graphics card's where one computes, else the machine's. Where more is expected, GradientCheckpointing is turned on, then BaseStorage int8; where that is not enough either, the training does not start.</summary>
    [Setting(Minimum = 1, IsFlag = false)]
    public double? MemoryLimit { get; init; }

    /// <summary>Reproduce numbers of an old program where ours are right and its were not. kohya2188: the list of buckets, steps and warm-up, the gamma of ColorAug, blocks of 8-bit moments, cached latents drawn once, Min-SNR with v prediction; SDXL's waves of timesteps, crop numbers, and pooled text of single files.</summary>
    [Setting(IsFlag = false)]
    public Compatibility Compatibility { get; init; }
}
