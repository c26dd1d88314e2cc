using static TorchSharp.torch;

namespace KohyaPS.Engine.Diffusion.Samplers;

/// <summary>
/// DDIM without added noise (Song et al. 2020, arXiv 2010.02502, eta = 0): leading timesteps with an offset, no clamping of the latents, and
/// a last step that goes to the schedule's first alpha.
/// </summary>
internal sealed class DdimSampler
{
    private const int StepsOffset = 1;
    private readonly NoiseSchedule schedule;
    private readonly PredictionType prediction;
    private readonly int stride;

    /// <param name="schedule">The noise schedule of the model.</param>
    /// <param name="prediction">What the model predicts.</param>
    /// <param name="steps">Number of steps, 1 to 1000.</param>
    public DdimSampler(NoiseSchedule schedule, PredictionType prediction, int steps)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(steps, NoiseSchedule.Steps);
        this.schedule = schedule;
        this.prediction = prediction;
        stride = NoiseSchedule.Steps / steps;
        Timesteps = [.. Enumerable.Range(0, steps).Select(i => Math.Min((steps - 1 - i) * stride + StepsOffset, NoiseSchedule.Steps - 1))];
    }

    /// <summary>The timesteps, from the noisiest.</summary>
    public IReadOnlyList<int> Timesteps { get; }

    /// <summary>One step towards the picture.</summary>
    /// <param name="latents">[B, C, h, w] at the timestep.</param>
    /// <param name="predicted">[B, C, h, w] what the model says of them.</param>
    /// <param name="timestep">One of <see cref="Timesteps"/>.</param>
    /// <returns>[B, C, h, w] one step less noisy.</returns>
    public Tensor Step(Tensor latents, Tensor predicted, int timestep)
    {
        using var scope = NewDisposeScope();
        var alpha = AlphaAt(timestep);
        var previous = AlphaAt(Math.Max(timestep - stride, 0));
        var (signal, noise) = (Math.Sqrt(alpha), Math.Sqrt(1 - alpha));
        var clean = prediction == PredictionType.Epsilon ? (latents - predicted * noise) / signal : latents * signal - predicted * noise;
        var epsilon = prediction == PredictionType.Epsilon ? predicted : predicted * signal + latents * noise;
        return (clean * Math.Sqrt(previous) + epsilon * Math.Sqrt(1 - previous)).MoveToOuterDisposeScope();
    }

    private double AlphaAt(int timestep)
    {
        using var value = schedule.AlphasCumprod[timestep];
        return value.item<float>();
    }
}
