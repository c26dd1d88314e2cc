using static TorchSharp.torch;

namespace KohyaPS.Engine.Diffusion.Samplers;

/// <summary>Euler's method over the noise level, and its ancestral form, which adds fresh noise at each step (Karras et al. 2022; k-diffusion's euler and euler_a).</summary>
internal sealed class EulerSampler(NoiseSchedule schedule, int steps, SamplerOptions options, bool isAncestral) : ISampler
{
    private readonly SigmaSchedule levels = new(schedule, steps);

    /// <inheritdoc/>
    public double InitialSigma => levels.Sigmas[0];

    /// <inheritdoc/>
    public IReadOnlyList<double> Timesteps => levels.Timesteps;

    /// <inheritdoc/>
    public Tensor Run(Tensor latents, SamplerRun run)
    {
        var walk = new LatentWalk(latents, run);
        var model = new SigmaModel(options.Prediction, run);
        for (var i = 0; i < levels.Timesteps.Length; i++)
        {
            var (sigma, next, timestep) = (levels.Sigmas[i], levels.Sigmas[i + 1], levels.Timesteps[i]);
            if (isAncestral)
            {
                var (down, up) = AncestralStep.Between(sigma, next);
                walk.Step(x => x + model.Slope(x, sigma, timestep) * (down - sigma) + run.Noise() * up);
            }
            else
            {
                walk.Step(x => x + model.Slope(x, sigma, timestep) * (next - sigma));
            }
        }
        return walk.Result;
    }
}
