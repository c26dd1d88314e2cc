namespace KohyaPS.Engine.Checkpoints.Detection;

/// <summary>What a U-Net takes besides the latents.</summary>
internal enum ModelVariant
{
    /// <summary>Nothing: the usual text-to-image model.</summary>
    None,

    /// <summary>A mask and the masked picture.</summary>
    Inpainting,

    /// <summary>The picture to be edited.</summary>
    InstructPix2Pix,

    /// <summary>A depth map.</summary>
    Depth,

    /// <summary>SDXL's second stage, which has other text encoders.</summary>
    Refiner,
}
