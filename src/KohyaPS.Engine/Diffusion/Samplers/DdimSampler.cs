using static TorchSharp.torch;

namespace KohyaPS.Engine.Diffusion.Samplers;

/// <summary>DDIM without added noise (Song, Meng, Ermon 2020, arXiv 2010.02502, eta 0).</summary>
internal sealed class DdimSampler : ISampler
{
    private readonly SamplerOptions options;
    private readonly float[] alphasCumprod;
    private readonly int[] timesteps;
    private readonly int distance;

    /// <param name="schedule">The noise schedule of the model.</param>
    /// <param name="steps">How many steps.</param>
    /// <param name="options">Choices.</param>
    public DdimSampler(NoiseSchedule schedule, int steps, SamplerOptions options)
    {
        this.options = options;
        alphasCumprod = schedule.AlphasCumprodValues;
        distance = EvenTimesteps.Distance(steps);
        timesteps = [.. EvenTimesteps.Ascending(steps, options.StepsOffset).Reverse()];
        Timesteps = [.. timesteps.Select(t => (double)t)];
    }

    /// <inheritdoc/>
    public double InitialSigma => 1;

    /// <inheritdoc/>
    public IReadOnlyList<double> Timesteps { get; }

    /// <inheritdoc/>
    public Tensor Run(Tensor latents, SamplerRun run)
    {
        var walk = new LatentWalk(latents, run);
        foreach (var timestep in timesteps)
            walk.Step(x => Step(x, timestep, run));
        return walk.Result;
    }

    private Tensor Step(Tensor x, int timestep, SamplerRun run)
    {
        var alpha = (double)alphasCumprod[timestep];
        var previous = timestep - distance;
        var nextAlpha = previous >= 0 ? alphasCumprod[previous] : options.EndsWithoutNoise ? 1.0 : alphasCumprod[0];
        var output = run.Model(x, timestep);
        var (clean, noise) = ModelPrediction.Split(options.Prediction, output, x, Math.Sqrt(alpha), Math.Sqrt(1 - alpha));
        if (options.ClampsPrediction)
            clean = clean.clamp(-1, 1);
        return Math.Sqrt(nextAlpha) * clean + Math.Sqrt(1 - nextAlpha) * noise;
    }
}
