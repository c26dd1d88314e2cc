namespace KohyaPS.Engine.Checkpoints;

/// <summary>What a caller knows about a model better than its files.</summary>
internal sealed record CheckpointOptions
{
    /// <summary>The generation, for models whose widths are not the usual ones; null finds it out.</summary>
    public ModelFamily? Family { get; init; }

    /// <summary>Configurations of parts; they win over the folder's and the inferred ones.</summary>
    public CheckpointConfigs? Configs { get; init; }

    /// <summary>The variant of a diffusers folder to prefer, for instance fp16; null prefers the files without one.</summary>
    public string? Variant { get; init; }

    /// <summary>Takes models that no LoRA is trained on, such as inpainting ones: for merging and converting.</summary>
    public bool AllowsUntrainable { get; init; }
}
