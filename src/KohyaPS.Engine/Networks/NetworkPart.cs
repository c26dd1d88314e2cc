namespace KohyaPS.Engine.Networks;

/// <summary>The part of a model that an adapter belongs to; it decides the first word of the adapter's name.</summary>
internal enum NetworkPart
{
    /// <summary>The only text encoder (SD1, SD2): names begin with <c>lora_te</c>.</summary>
    TextEncoder,

    /// <summary>The first of two text encoders (SDXL): <c>lora_te1</c>.</summary>
    TextEncoder1,

    /// <summary>The second of two text encoders (SDXL): <c>lora_te2</c>.</summary>
    TextEncoder2,

    /// <summary>The U-Net: <c>lora_unet</c>.</summary>
    Unet,
}
