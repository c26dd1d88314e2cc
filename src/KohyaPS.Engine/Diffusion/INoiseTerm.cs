using static TorchSharp.torch;

namespace KohyaPS.Engine.Diffusion;

/// <summary>Something that is done to the noise of a training step before it meets the latents. Both sides see the result: the input and the target.</summary>
internal interface INoiseTerm
{
    /// <summary>The changed noise.</summary>
    /// <param name="noise">[B, C, h, w]</param>
    /// <param name="latents">[B, C, h, w] scaled latents.</param>
    /// <param name="draws">Where random numbers come from.</param>
    /// <param name="step">Micro-step.</param>
    Tensor Apply(Tensor noise, Tensor latents, IDraws draws, long step);
}
