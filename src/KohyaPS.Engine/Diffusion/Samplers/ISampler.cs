using static TorchSharp.torch;

namespace KohyaPS.Engine.Diffusion.Samplers;

/// <summary>Turns noise into latents by asking a model again and again.</summary>
internal interface ISampler
{
    /// <summary>What N(0, 1) noise is multiplied with before the first step.</summary>
    double InitialSigma { get; }

    /// <summary>The timesteps of the calls to the model, in order.</summary>
    IReadOnlyList<double> Timesteps { get; }

    /// <summary>All steps.</summary>
    /// <param name="latents">[B, C, h, w] float32: noise times <see cref="InitialSigma"/>. Stays the caller's.</param>
    /// <param name="run">The model and who watches.</param>
    /// <returns>[B, C, h, w] float32, scaled latents of a picture.</returns>
    Tensor Run(Tensor latents, SamplerRun run);
}
