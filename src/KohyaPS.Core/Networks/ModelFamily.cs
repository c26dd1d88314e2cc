namespace KohyaPS;

/// <summary>The generations of Stable Diffusion that are trained here.</summary>
public enum ModelFamily
{
    /// <summary>Stable Diffusion 1.x: CLIP ViT-L text encoder, 512 pixels.</summary>
    Sd1,

    /// <summary>Stable Diffusion 2.x: OpenCLIP ViT-H text encoder, 512 or 768 pixels.</summary>
    Sd2,

    /// <summary>Stable Diffusion XL base: two text encoders, 1024 pixels.</summary>
    Sdxl,
}
