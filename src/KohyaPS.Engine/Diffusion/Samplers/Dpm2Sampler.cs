using static TorchSharp.torch;

namespace KohyaPS.Engine.Diffusion.Samplers;

/// <summary>
/// The midpoint method over the noise level, with the midpoint in the logarithm (DPM-Solver-2 as k-diffusion's dpm_2), and its ancestral form dpm_2_a,
/// which draws fresh noise once a step.
/// </summary>
internal sealed class Dpm2Sampler : ISampler
{
    private readonly SigmaSchedule levels;
    private readonly SamplerOptions options;
    private readonly bool isAncestral;

    /// <param name="schedule">The noise schedule of the model.</param>
    /// <param name="steps">How many steps.</param>
    /// <param name="options">Choices.</param>
    /// <param name="isAncestral">Add fresh noise at each step.</param>
    public Dpm2Sampler(NoiseSchedule schedule, int steps, SamplerOptions options, bool isAncestral)
    {
        levels = new(schedule, steps);
        this.options = options;
        this.isAncestral = isAncestral;
        Timesteps = [.. Enumerable.Range(0, steps).SelectMany(CallsOf)];
    }

    /// <inheritdoc/>
    public double InitialSigma => levels.Sigmas[0];

    /// <inheritdoc/>
    public IReadOnlyList<double> Timesteps { get; }

    /// <inheritdoc/>
    public Tensor Run(Tensor latents, SamplerRun run)
    {
        var walk = new LatentWalk(latents, run);
        var model = new SigmaModel(options.Prediction, run);
        for (var i = 0; i < levels.Timesteps.Length; i++)
        {
            var (sigma, next, timestep) = (levels.Sigmas[i], levels.Sigmas[i + 1], levels.Timesteps[i]);
            if (next == 0)
            {
                walk.Step(x => x - model.Slope(x, sigma, timestep) * sigma);
                continue;
            }
            var middle = MiddleOf(i);
            var (down, up) = isAncestral ? AncestralStep.Between(sigma, next) : new(next, 0);
            using var start = walk.Result.alias();
            walk.Step(x => x + model.Slope(x, sigma, timestep) * (middle - sigma));
            walk.Step(x =>
            {
                var end = start + model.Slope(x, middle, levels.TimestepOf(middle)) * (down - sigma);
                return isAncestral ? end + run.Noise() * up : end;
            });
        }
        return walk.Result;
    }

    private double MiddleOf(int i) => Math.Sqrt(levels.Sigmas[i] * (isAncestral ? AncestralStep.Between(levels.Sigmas[i], levels.Sigmas[i + 1]).Down : levels.Sigmas[i + 1]));

    private double[] CallsOf(int i) => levels.Sigmas[i + 1] == 0 ? [levels.Timesteps[i]] : [levels.Timesteps[i], levels.TimestepOf(MiddleOf(i))];
}
