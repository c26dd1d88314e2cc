using static TorchSharp.torch;

namespace KohyaPS.Engine.Diffusion.Samplers;

/// <summary>The model as the sigma samplers ask it: latents = clean latents + sigma noise, shown to the model divided by sqrt(sigma^2 + 1).</summary>
internal sealed class SigmaModel(PredictionType prediction, SamplerRun run, bool clampsPrediction = false)
{
    /// <summary>d latents / d sigma: the direction in which noise grows.</summary>
    public Tensor Slope(Tensor latents, double sigma, double timestep)
    {
        using var scope = NewDisposeScope();
        var output = run.Model(latents / Math.Sqrt(sigma * sigma + 1), timestep);
        var clean = ModelPrediction.Latents(prediction, output, latents, sigma);
        if (clampsPrediction)
            clean = clean.clamp(-1, 1);
        return ((latents - clean) / sigma).MoveToOuterDisposeScope();
    }
}
