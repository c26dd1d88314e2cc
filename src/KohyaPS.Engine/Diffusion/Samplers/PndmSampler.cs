using System.Globalization;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Diffusion.Samplers;

/// <summary>
/// PNDM (Liu et al. 2022, arXiv 2202.09778): three steps by a pseudo Runge-Kutta method of four calls each, the others by a pseudo linear multistep method.
/// </summary>
internal sealed class PndmSampler : ISampler
{
    private const int RungeKuttaCalls = 12;
    private const int CallsPerRungeKuttaStep = 4;
    private readonly SamplerOptions options;
    private readonly float[] alphasCumprod;
    private readonly int distance;
    private readonly int[] timesteps;

    /// <param name="schedule">The noise schedule of the model.</param>
    /// <param name="steps">How many steps, 4 at least.</param>
    /// <param name="options">Choices.</param>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than 4 steps.</exception>
    public PndmSampler(NoiseSchedule schedule, int steps, SamplerOptions options)
    {
        if (steps < CallsPerRungeKuttaStep)
            throw new ArgumentOutOfRangeException(nameof(steps), steps, string.Create(CultureInfo.InvariantCulture, $"pndm takes 4 steps at least; {steps} were asked for. Ask for more, or take ddim."));
        this.options = options;
        alphasCumprod = schedule.AlphasCumprodValues;
        distance = EvenTimesteps.Distance(steps);
        var ascending = EvenTimesteps.Ascending(steps, options.StepsOffset);
        timesteps = [.. RungeKuttaTimesteps(ascending), .. ascending[..^3].Reverse()];
        Timesteps = [.. timesteps.Select(t => (double)t)];
    }

    /// <inheritdoc/>
    public double InitialSigma => 1;

    /// <inheritdoc/>
    public IReadOnlyList<double> Timesteps { get; }

    /// <inheritdoc/>
    public Tensor Run(Tensor latents, SamplerRun run)
    {
        using var scope = NewDisposeScope();
        var walk = new LatentWalk(latents, run);
        var outputs = new List<Tensor>();                       // oldest first
        RunRungeKutta(walk, run, outputs);
        for (var c = RungeKuttaCalls; c < timesteps.Length; c++)
        {
            var timestep = timesteps[c];
            outputs.Add(run.Model(walk.Result, timestep));
            var (e0, e1, e2, e3) = (outputs[^1], outputs[^2], outputs[^3], outputs[^4]);
            walk.Step(x => Transfer(x, timestep, timestep - distance, (55 * e0 - 59 * e1 + 37 * e2 - 9 * e3) / 24));
            outputs[0].Dispose();
            outputs.RemoveAt(0);
        }
        return walk.Result.MoveToOuterDisposeScope();
    }

    /// <summary>The last four timesteps with the points half-way between, each but the ends twice, from the highest.</summary>
    private IEnumerable<int> RungeKuttaTimesteps(int[] ascending)
    {
        var points = ascending[^4..].SelectMany(t => new[] { t, t + distance / 2 }).SkipLast(1);
        return points.SelectMany(t => new[] { t, t }).Skip(1).SkipLast(1).Reverse();
    }

    private void RunRungeKutta(LatentWalk walk, SamplerRun run, List<Tensor> outputs)
    {
        for (var first = 0; first < RungeKuttaCalls; first += CallsPerRungeKuttaStep)
        {
            using var start = walk.Result.alias();
            using var sum = zeros_like(start);
            for (var k = 0; k < CallsPerRungeKuttaStep; k++)
            {
                var timestep = timesteps[first + k];
                var output = run.Model(walk.Result, timestep);
                if (k == 0)
                    outputs.Add(output);
                sum.add_(output, alpha: k is 0 or 3 ? 1.0 / 6 : 1.0 / 3);
                var used = k == 3 ? sum : output;
                var target = timestep - (k % 2 == 0 ? distance / 2 : 0);
                walk.Step(_ => Transfer(start, timesteps[first], target, used));
            }
        }
    }

    /// <summary>Equation 9 of the paper: from one timestep to a lower one along a predicted noise.</summary>
    private Tensor Transfer(Tensor x, int timestep, int target, Tensor output)
    {
        double alpha = alphasCumprod[timestep];
        double alphaTarget = alphasCumprod[Math.Max(target, 0)];
        var noise = options.Prediction == PredictionType.Velocity ? Math.Sqrt(alpha) * output + Math.Sqrt(1 - alpha) * x : output;
        var denominator = alpha * Math.Sqrt(1 - alphaTarget) + Math.Sqrt(alpha * (1 - alpha) * alphaTarget);
        return Math.Sqrt(alphaTarget / alpha) * x - (alphaTarget - alpha) / denominator * noise;
    }
}
