namespace KohyaPS.Engine.Sampling;

/// <summary>Pictures to draw: one for each prompt.</summary>
/// <param name="Model">File or folder of the base model.</param>
/// <param name="Prompts">What to draw; picture i starts from seed + i.</param>
public sealed record GenerationRequest(string Model, IReadOnlyList<string> Prompts)
{
    /// <summary>LoRA file; null draws with the bare model.</summary>
    public string? Lora { get; init; }

    /// <summary>Strength of the LoRA.</summary>
    public double Multiplier { get; init; } = 1;

    /// <summary>What not to draw.</summary>
    public string NegativePrompt { get; init; } = "";

    /// <summary>Seed of the first picture.</summary>
    public long Seed { get; init; }

    /// <summary>Denoising steps.</summary>
    public int Steps { get; init; } = 30;

    /// <summary>Classifier-free guidance; 1 is none.</summary>
    public double GuidanceScale { get; init; } = 7.5;

    /// <summary>Width in pixels, a multiple of 8.</summary>
    public int Width { get; init; } = 512;

    /// <summary>Height in pixels, a multiple of 8.</summary>
    public int Height { get; init; } = 512;

    /// <summary>1 takes the text encoder's last layer.</summary>
    public int ClipSkip { get; init; } = 1;
}
