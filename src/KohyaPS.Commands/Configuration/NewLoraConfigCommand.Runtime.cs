using System.Management.Automation;

namespace KohyaPS.Commands;

public sealed partial class NewLoraConfigCommand
{
    /// <inheritdoc cref="RuntimeSettings.MixedPrecision"/>
    [Parameter]
    [Alias("mixed_precision", "Precision")]
    [ChoiceTransformation(typeof(MixedPrecision))]
    public MixedPrecision MixedPrecision { get; set; }

    /// <inheritdoc cref="RuntimeSettings.FullFp16"/>
    [Parameter]
    [Alias("full_fp16")]
    public SwitchParameter FullFp16 { get; set; }

    /// <inheritdoc cref="RuntimeSettings.FullBf16"/>
    [Parameter]
    [Alias("full_bf16")]
    public SwitchParameter FullBf16 { get; set; }

    /// <inheritdoc cref="RuntimeSettings.CrossAttention"/>
    [Parameter]
    [Alias("cross_attention", "Attention")]
    [ChoiceTransformation(typeof(CrossAttention))]
    public CrossAttention CrossAttention { get; set; }

    /// <inheritdoc cref="RuntimeSettings.MemEffAttn"/>
    [Parameter]
    [Alias("mem_eff_attn")]
    public SwitchParameter MemEffAttn { get; set; }

    /// <inheritdoc cref="RuntimeSettings.Lowram"/>
    [Parameter]
    public SwitchParameter Lowram { get; set; }

    /// <inheritdoc cref="RuntimeSettings.MaxDataLoaderNWorkers"/>
    [Parameter]
    [Alias("max_data_loader_n_workers")]
    public int MaxDataLoaderNWorkers { get; set; }

    /// <inheritdoc cref="RuntimeSettings.PersistentDataLoaderWorkers"/>
    [Parameter]
    [Alias("persistent_data_loader_workers")]
    public SwitchParameter PersistentDataLoaderWorkers { get; set; }

    /// <inheritdoc cref="RuntimeSettings.NumCpuThreadsPerProcess"/>
    [Parameter]
    [Alias("num_cpu_threads_per_process", "Threads")]
    public int? NumCpuThreadsPerProcess { get; set; }

    /// <inheritdoc cref="RuntimeSettings.BaseStorage"/>
    [Parameter]
    [Alias("base_storage")]
    [ChoiceTransformation(typeof(BaseStorage))]
    public BaseStorage BaseStorage { get; set; }

    /// <inheritdoc cref="RuntimeSettings.MemoryLimit"/>
    [Parameter]
    [Alias("memory_limit")]
    public double? MemoryLimit { get; set; }

    /// <inheritdoc cref="RuntimeSettings.Compatibility"/>
    [Parameter]
    [ChoiceTransformation(typeof(Compatibility))]
    public Compatibility Compatibility { get; set; }
}
