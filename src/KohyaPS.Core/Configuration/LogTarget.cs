namespace KohyaPS;

/// <summary>Where a run is logged.</summary>
public enum LogTarget
{
    /// <summary>TensorBoard event files.</summary>
    [Spelling("tensorboard")]
    Tensorboard,

    /// <summary>Weights and Biases; not offered here.</summary>
    [Spelling("wandb")]
    Wandb,

    /// <summary>Both.</summary>
    [Spelling("all")]
    All,
}
