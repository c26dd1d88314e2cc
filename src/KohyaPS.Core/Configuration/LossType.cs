namespace KohyaPS;

/// <summary>Loss of one value.</summary>
public enum LossType
{
    /// <summary>Square.</summary>
    [Spelling("l2")]
    L2,

    /// <summary>Absolute value.</summary>
    [Spelling("l1")]
    L1,

    /// <summary>Huber loss.</summary>
    [Spelling("huber")]
    Huber,

    /// <summary>Smooth L1 loss.</summary>
    [Spelling("smooth_l1")]
    SmoothL1,
}
