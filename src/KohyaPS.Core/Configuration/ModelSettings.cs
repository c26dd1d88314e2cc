namespace KohyaPS;

/// <summary>Which model is trained, and what kind it is.</summary>
public sealed record ModelSettings : SettingGroup
{
    /// <summary>Base model: a checkpoint file (.safetensors, .ckpt) or a diffusers folder.</summary>
    [Setting(Aliases = ["Model"], Gui = "pretrained_model_name_or_path", GuiDefault = "runwayml/stable-diffusion-v1-5", Why = "nothing is downloaded, so a model must be named", IsPath = true)]
    public string? PretrainedModelNameOrPath { get; init; }

    /// <summary>The base model is a Stable Diffusion 2.x; found out from its files, so it need not be set.</summary>
    [Setting(Gui = "v2")]
    public bool V2 { get; init; }

    /// <summary>Train against the velocity (v-prediction) instead of the noise; set by itself where the model's files say so.</summary>
    [Setting(Gui = "v_parameterization")]
    public bool VParameterization { get; init; }

    /// <summary>The base model is an SDXL; found out from its files, so it need not be set.</summary>
    [Setting(Gui = "sdxl", IsFlag = false)]
    public bool Sdxl { get; init; }

    /// <summary>Another VAE to use instead of the base model's: a file or a diffusers folder.</summary>
    [Setting(IsPath = true)]
    public string? Vae { get; init; }

    /// <summary>Keep the VAE in float32 even when the rest runs in a half type.</summary>
    [Setting(Gui = "sdxl_no_half_vae", TrainerDefault = "false")]
    public bool NoHalfVae { get; init; } = true;

    /// <summary>Folder of a tokenizer to use instead of the built-in CLIP vocabulary; for SDXL the folder that holds tokenizer and tokenizer_2.</summary>
    [Setting(IsPath = true, IsFlag = false)]
    public string? TokenizerPath { get; init; }
}
