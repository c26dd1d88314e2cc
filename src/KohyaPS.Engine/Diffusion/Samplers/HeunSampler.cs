using static TorchSharp.torch;

namespace KohyaPS.Engine.Diffusion.Samplers;

/// <summary>Heun's method over the noise level (Karras et al. 2022, algorithm 1 without churn): an Euler step, then the mean of the slopes at both ends.</summary>
internal sealed class HeunSampler(NoiseSchedule schedule, int steps, SamplerOptions options) : ISampler
{
    private readonly SigmaSchedule levels = new(schedule, steps);

    /// <inheritdoc/>
    public double InitialSigma => levels.Sigmas[0];

    /// <inheritdoc/>
    public IReadOnlyList<double> Timesteps => [levels.Timesteps[0], .. levels.Timesteps.Skip(1).SelectMany(t => new[] { t, t })];

    /// <inheritdoc/>
    public Tensor Run(Tensor latents, SamplerRun run)
    {
        var walk = new LatentWalk(latents, run);
        var model = new SigmaModel(options.Prediction, run, options.ClampsPrediction);
        for (var i = 0; i < levels.Timesteps.Length; i++)
        {
            var (sigma, next) = (levels.Sigmas[i], levels.Sigmas[i + 1]);
            using var start = walk.Result.alias();
            using var slope = model.Slope(start, sigma, levels.Timesteps[i]);
            walk.Step(x => x + slope * (next - sigma));
            if (next > 0)
                walk.Step(x => start + (slope + model.Slope(x, next, levels.Timesteps[i + 1])) / 2 * (next - sigma));
        }
        return walk.Result;
    }
}
