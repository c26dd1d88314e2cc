namespace KohyaPS;

/// <summary>The names that programs give to the tensors of a LoRA.</summary>
public enum LoraSpelling
{
    /// <summary>kohya's sd-scripts: lora_unet_..., lora_te_..., with alphas.</summary>
    Kohya,

    /// <summary>diffusers and PEFT: unet.... .lora_A.weight, without alphas: the scale is part of the numbers.</summary>
    Diffusers,
}
