namespace KohyaPS.Engine.Checkpoints.Detection;

/// <summary>What was found out about a weights file from its keys, shapes and metadata.</summary>
internal sealed record ModelDetection
{
    /// <summary>What the file is.</summary>
    public ModelKind Kind { get; init; }

    /// <summary>The generation; null where the file is no Stable Diffusion model of a known one.</summary>
    public ModelFamily? Family { get; init; }

    /// <summary>What the U-Net takes besides the latents.</summary>
    public ModelVariant Variant { get; init; }

    /// <summary>What the U-Net predicts; null where nothing says it.</summary>
    public ModelPrediction? Prediction { get; init; }

    /// <summary>How the prediction is known.</summary>
    public PredictionSource PredictionSource { get; init; }

    /// <summary>Parts of a whole model that the file lacks.</summary>
    public IReadOnlyList<ModelPart> Missing { get; init; } = [];

    /// <summary>True where the file also holds averaged weights.</summary>
    public bool HasEma { get; init; }

    /// <summary>True where the U-Net is there only as averaged weights.</summary>
    public bool IsEmaOnly { get; init; }

    /// <summary>True where weights are stored in 8-bit floats.</summary>
    public bool IsFp8 { get; init; }

    /// <summary>True where 8-bit weights come with scales.</summary>
    public bool IsScaledFp8 { get; init; }

    /// <summary>True where the file says that it was trained with zero terminal SNR.</summary>
    public bool HasZeroTerminalSnr { get; init; }

    /// <summary>True where the keys are diffusers names, false for the original layout; null where the file is neither.</summary>
    public bool? IsDiffusersLayout { get; init; }

    /// <summary>True where a network can be trained on it as it is.</summary>
    public bool IsTrainable => Kind == ModelKind.Checkpoint && Family is not null && Variant == ModelVariant.None && Missing.Count == 0;

    /// <summary>The finding as the middle of a sentence: "an SDXL checkpoint", "a LoRA network".</summary>
    public string InWords() => Kind switch
    {
        ModelKind.Checkpoint => Variant switch
        {
            ModelVariant.Inpainting => $"an inpainting model of {FamilyInWords(Family)}",
            ModelVariant.InstructPix2Pix => "an InstructPix2Pix model",
            ModelVariant.Depth => "a depth-to-image model of SD 2",
            ModelVariant.Refiner => "the SDXL refiner",
            _ => $"{(Family is null ? "a" : "an")} {FamilyInWords(Family)} checkpoint",
        },
        ModelKind.Unet => "a U-Net alone",
        ModelKind.Vae => "a VAE alone",
        ModelKind.TextEncoder => "a text encoder alone",
        ModelKind.Lora => "a LoRA or another network trained on top of a model",
        ModelKind.TextualInversion => "a textual inversion embedding",
        ModelKind.ControlNet => "a ControlNet",
        ModelKind.PlaygroundV25 => "Playground v2.5, which was trained with another noise schedule",
        ModelKind.Sd3 => "a Stable Diffusion 3 model",
        ModelKind.Flux => "a FLUX model",
        _ => "not a model that is known here",
    };

    /// <summary>A family's usual name.</summary>
    public static string FamilyInWords(ModelFamily? family) => family switch
    {
        ModelFamily.Sd1 => "SD 1.x",
        ModelFamily.Sd2 => "SD 2.x",
        ModelFamily.Sdxl => "SDXL",
        _ => "Stable Diffusion",
    };
}
