namespace KohyaPS;

/// <summary>What a model's U-Net predicts.</summary>
public enum ModelPrediction
{
    /// <summary>The noise.</summary>
    Epsilon,

    /// <summary>The velocity, a mix of noise and image.</summary>
    V,
}
