namespace KohyaPS.Engine.Diffusion;

/// <summary>What a U-Net's output means.</summary>
internal enum PredictionType
{
    /// <summary>The noise in its input.</summary>
    Epsilon,

    /// <summary>The velocity (Salimans and Ho 2022, arXiv 2202.00512): sqrt(alphasCumprod) noise - sqrt(1 - alphasCumprod) latents.</summary>
    Velocity,
}
