namespace KohyaPS.Engine.Checkpoints.Detection;

/// <summary>How it is known what a model predicts; the earlier rules win.</summary>
internal enum PredictionSource
{
    /// <summary>Nothing says it, and none is assumed.</summary>
    None,

    /// <summary>The scheduler of a diffusers folder.</summary>
    Scheduler,

    /// <summary>modelspec.prediction_type in the file's metadata.</summary>
    Metadata,

    /// <summary>The marker tensor v_pred.</summary>
    VPredKey,

    /// <summary>The step count in an SD2 pickle.</summary>
    GlobalStep,

    /// <summary>The spread of one bias, which differs between SD2's two kinds.</summary>
    NormBias,

    /// <summary>The family has one usual answer.</summary>
    Default,

    /// <summary>Epsilon was assumed though the family has both kinds.</summary>
    AmbiguousDefault,
}
