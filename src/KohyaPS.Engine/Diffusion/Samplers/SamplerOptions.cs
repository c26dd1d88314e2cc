namespace KohyaPS.Engine.Diffusion.Samplers;

/// <summary>The choices in which implementations of the samplers differ. The defaults are what the models were made for; <see cref="Peer"/> is what sd-scripts does.</summary>
internal sealed record SamplerOptions
{
    /// <summary>What sd-scripts gets: it clamps the predicted latents in ddim and heun, which flattens pictures, and forgets the offset of the timesteps.</summary>
    public static SamplerOptions Peer { get; } = new() { ClampsPrediction = true, StepsOffset = 0 };

    /// <summary>What the model predicts.</summary>
    public PredictionType Prediction { get; init; }

    /// <summary>Clamp the predicted latents to -1..1 (clip_sample of ddim and heun).</summary>
    public bool ClampsPrediction { get; init; }

    /// <summary>Added to the evenly spaced timesteps of ddim and pndm (steps_offset).</summary>
    public int StepsOffset { get; init; } = 1;

    /// <summary>The last step of ddim goes to no noise at all; otherwise to the noise of timestep 0 (set_alpha_to_one).</summary>
    public bool EndsWithoutNoise { get; init; } = true;
}
