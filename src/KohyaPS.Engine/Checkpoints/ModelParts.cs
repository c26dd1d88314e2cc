namespace KohyaPS.Engine.Checkpoints;

/// <summary>Names of the parts as folders of a diffusers model, and which a family has.</summary>
internal static class ModelParts
{
    /// <summary>The folder's name: unet, vae, text_encoder, text_encoder_2.</summary>
    public static string FolderName(this ModelPart part) => part switch
    {
        ModelPart.Unet => "unet",
        ModelPart.Vae => "vae",
        ModelPart.TextEncoder => "text_encoder",
        _ => "text_encoder_2",
    };

    /// <summary>File name of the weights in the part's folder, without variant and extension.</summary>
    public static string WeightsName(this ModelPart part) =>
        part is ModelPart.Unet or ModelPart.Vae ? "diffusion_pytorch_model" : "model";

    /// <summary>File name of the weights where they are a pickle, without variant and extension.</summary>
    public static string PickleName(this ModelPart part) =>
        part is ModelPart.Unet or ModelPart.Vae ? "diffusion_pytorch_model" : "pytorch_model";

    /// <summary>The part's name in a sentence.</summary>
    public static string InWords(this ModelPart part) => part switch
    {
        ModelPart.Unet => "U-Net",
        ModelPart.Vae => "VAE",
        ModelPart.TextEncoder => "text encoder",
        _ => "second text encoder",
    };

    /// <summary>The text encoders of a whole model, in their order.</summary>
    public static IReadOnlyList<ModelPart> TextEncoders(ModelFamily family) => [.. Of(family).Where(p => p is ModelPart.TextEncoder or ModelPart.TextEncoder2)];

    /// <summary>The parts of a whole model.</summary>
    public static IReadOnlyList<ModelPart> Of(ModelFamily family) => family == ModelFamily.Sdxl
        ? [ModelPart.TextEncoder, ModelPart.TextEncoder2, ModelPart.Vae, ModelPart.Unet]
        : [ModelPart.TextEncoder, ModelPart.Vae, ModelPart.Unet];
}
