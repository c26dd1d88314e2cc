namespace KohyaPS;

/// <summary>Kind of network.</summary>
public enum NetworkModule
{
    /// <summary>LoRA, with ConvDim also LoCon.</summary>
    [Spelling("networks.lora")]
    Lora,

    /// <summary>LoRA-FA: the down matrices stay fixed.</summary>
    [Spelling("networks.lora_fa")]
    LoraFa,

    /// <summary>DyLoRA: all ranks up to the given one at once.</summary>
    [Spelling("networks.dylora")]
    Dylora,

    /// <summary>Orthogonal fine-tuning.</summary>
    [Spelling("networks.oft")]
    Oft,

    /// <summary>A LyCORIS network; Algo says which.</summary>
    [Spelling("lycoris.kohya")]
    Lycoris,
}
