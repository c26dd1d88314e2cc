namespace KohyaPS;

/// <summary>A picture that a model drew.</summary>
public sealed record DiffusionImage
{
    /// <summary>The PNG file.</summary>
    public required string Path { get; init; }

    /// <summary>What was to be drawn.</summary>
    public required string Prompt { get; init; }

    /// <summary>Seed of its first noise.</summary>
    public required long Seed { get; init; }

    /// <summary>The base model.</summary>
    public required string Model { get; init; }

    /// <summary>The LoRA; null for the bare model.</summary>
    public string? Lora { get; init; }

    /// <summary>Width in pixels.</summary>
    public required int Width { get; init; }

    /// <summary>Height in pixels.</summary>
    public required int Height { get; init; }
}
