namespace KohyaPS.Engine.Networks.Tools;

/// <summary>What to merge into which checkpoint.</summary>
public sealed record MergeRequest
{
    /// <summary>The checkpoint: a single file or a diffusers folder.</summary>
    public required string Checkpoint { get; init; }

    /// <summary>The networks, in the order of merging.</summary>
    public required IReadOnlyList<WeightedNetwork> Networks { get; init; }

    /// <summary>What to write: a .safetensors, .ckpt or .pt file, or a diffusers folder for any other name.</summary>
    public required string Destination { get; init; }

    /// <summary>Type of the arithmetic.</summary>
    public SavePrecision MergePrecision { get; init; }

    /// <summary>Type of the saved weights; null keeps that of the checkpoint's U-Net.</summary>
    public SavePrecision? Precision { get; init; }

    /// <summary>Generation of the checkpoint where its widths do not tell; null finds it out.</summary>
    public ModelFamily? Family { get; init; }

    /// <summary>Leaves out the modelspec metadata.</summary>
    public bool OmitsMetadata { get; init; }

    /// <summary>The clock for the metadata.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Told after each tensor how many are done, and of how many.</summary>
    public Action<int, int>? Progress { get; init; }

    /// <summary>Told what the user should know.</summary>
    public Action<string>? Warning { get; init; }
}
