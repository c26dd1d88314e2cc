namespace KohyaPS;

/// <summary>File format of a LoRA.</summary>
public enum NetworkFileFormat
{
    /// <summary>Safetensors.</summary>
    [Spelling("safetensors")]
    Safetensors,

    /// <summary>Pickle, with extension .ckpt.</summary>
    [Spelling("ckpt")]
    Ckpt,

    /// <summary>Pickle, with extension .pt.</summary>
    [Spelling("pt")]
    Pt,
}
