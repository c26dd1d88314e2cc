namespace KohyaPS.Engine.Checkpoints.Detection;

/// <summary>What a weights file is.</summary>
internal enum ModelKind
{
    /// <summary>Nothing that is known here.</summary>
    Unknown,

    /// <summary>A Stable Diffusion checkpoint, perhaps with parts missing.</summary>
    Checkpoint,

    /// <summary>A U-Net alone, without the prefix of a checkpoint.</summary>
    Unet,

    /// <summary>A VAE alone.</summary>
    Vae,

    /// <summary>A text encoder alone.</summary>
    TextEncoder,

    /// <summary>A LoRA or another network trained on top of a model.</summary>
    Lora,

    /// <summary>Learned tokens.</summary>
    TextualInversion,

    /// <summary>A ControlNet.</summary>
    ControlNet,

    /// <summary>Playground v2.5: SDXL's shape, trained with another noise schedule.</summary>
    PlaygroundV25,

    /// <summary>Stable Diffusion 3.</summary>
    Sd3,

    /// <summary>FLUX.</summary>
    Flux,
}
