namespace KohyaPS.Engine.Checkpoints.Saving;

/// <summary>A model to be saved in another layout, format or number type.</summary>
/// <param name="Source">A file or a diffusers folder.</param>
/// <param name="Destination">A .safetensors, .ckpt or .pt file, or a diffusers folder for any other name.</param>
public sealed record ConversionRequest(string Source, string Destination)
{
    /// <summary>Type of the saved weights; null keeps the types.</summary>
    public SavePrecision? Precision { get; init; }

    /// <summary>Generation of the model where its widths do not tell; null finds it out.</summary>
    public ModelFamily? Family { get; init; }

    /// <summary>The variant of a diffusers folder to prefer, for instance fp16.</summary>
    public string? Variant { get; init; }

    /// <summary>Told after each tensor how many are done, and of how many.</summary>
    public Action<int, int>? Progress { get; init; }

    /// <summary>Told what the user should know.</summary>
    public Action<string>? Warning { get; init; }
}
