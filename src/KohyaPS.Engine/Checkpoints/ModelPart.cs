namespace KohyaPS.Engine.Checkpoints;

/// <summary>The networks of a Stable Diffusion model.</summary>
internal enum ModelPart
{
    /// <summary>The denoiser.</summary>
    Unet,

    /// <summary>The image autoencoder.</summary>
    Vae,

    /// <summary>The first or only text encoder.</summary>
    TextEncoder,

    /// <summary>SDXL's second text encoder.</summary>
    TextEncoder2,
}
