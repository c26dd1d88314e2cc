namespace KohyaPS;

/// <summary>Learning-rate schedule.</summary>
public enum LrScheduler
{
    /// <summary>Always the same.</summary>
    [Spelling("constant")]
    Constant,

    /// <summary>The same after a warm-up.</summary>
    [Spelling("constant_with_warmup")]
    ConstantWithWarmup,

    /// <summary>Down to zero on a line.</summary>
    [Spelling("linear")]
    Linear,

    /// <summary>Down to zero on half a cosine.</summary>
    [Spelling("cosine")]
    Cosine,

    /// <summary>Cosines that start anew.</summary>
    [Spelling("cosine_with_restarts")]
    CosineWithRestarts,

    /// <summary>Down on a power.</summary>
    [Spelling("polynomial")]
    Polynomial,

    /// <summary>Computed by Adafactor.</summary>
    [Spelling("adafactor")]
    Adafactor,

    /// <summary>Steps given by rules.</summary>
    [Spelling("piecewise_constant")]
    PiecewiseConstant,

    /// <summary>One over the square root of time.</summary>
    [Spelling("inverse_sqrt")]
    InverseSqrt,

    /// <summary>Cosine down to a floor.</summary>
    [Spelling("cosine_with_min_lr")]
    CosineWithMinLr,

    /// <summary>Warm-up, constant, decay.</summary>
    [Spelling("warmup_stable_decay")]
    WarmupStableDecay,
}
