using static TorchSharp.torch;

namespace KohyaPS.Engine.Diffusion.Samplers;

/// <summary>DPM-Solver++ of order 2, single step, midpoint (Lu et al. 2022, arXiv 2211.01095, algorithm 1): pairs of calls that start over from where the pair began.</summary>
internal sealed class DpmSingleSampler : ISampler
{
    private readonly DpmSolverLevels levels;
    private readonly SamplerOptions options;

    /// <param name="schedule">The noise schedule of the model.</param>
    /// <param name="steps">How many steps.</param>
    /// <param name="options">Choices.</param>
    public DpmSingleSampler(NoiseSchedule schedule, int steps, SamplerOptions options)
    {
        this.options = options;
        levels = new(schedule, steps, options.EndsWithoutNoise);
        Timesteps = [.. levels.Timesteps.Select(t => (double)t)];
    }

    /// <inheritdoc/>
    public double InitialSigma => 1;

    /// <inheritdoc/>
    public IReadOnlyList<double> Timesteps { get; }

    /// <summary>The order of each call: 1, 2, 1, 2, ..., the last always 1, with one more 1 before it for an even number of steps.</summary>
    public IReadOnlyList<int> Orders => [.. Enumerable.Range(0, levels.Timesteps.Length).Select(OrderOf)];

    /// <inheritdoc/>
    public Tensor Run(Tensor latents, SamplerRun run)
    {
        using var scope = NewDisposeScope();
        var walk = new LatentWalk(latents, run);
        Tensor? pairStart = null, before = null;
        for (var i = 0; i < levels.Timesteps.Length; i++)
        {
            var newest = Clean(walk.Result, i, run);
            if (OrderOf(i) == 1)
            {
                pairStart?.Dispose();
                pairStart = walk.Result.alias();
                walk.Step(_ => First(pairStart, i, newest));
            }
            else
            {
                walk.Step(_ => Second(pairStart!, i, newest, before!));
            }
            before?.Dispose();
            before = newest;
        }
        return walk.Result.MoveToOuterDisposeScope();
    }

    private int OrderOf(int i)
    {
        var steps = levels.Timesteps.Length;
        var pairs = steps % 2 == 0 ? steps / 2 - 1 : steps / 2;
        return i < 2 * pairs && i % 2 == 1 ? 2 : 1;
    }

    private Tensor Clean(Tensor x, int i, SamplerRun run)
    {
        using var scope = NewDisposeScope();
        return ModelPrediction.Split(options.Prediction, run.Model(x, levels.Timesteps[i]), x, levels.Signal(i), levels.Noise(i)).Latents.MoveToOuterDisposeScope();
    }

    private Tensor First(Tensor x, int i, Tensor clean)
    {
        var length = levels.Lambda(i + 1) - levels.Lambda(i);
        return levels.Noise(i + 1) / levels.Noise(i) * x - levels.Signal(i + 1) * (Math.Exp(-length) - 1) * clean;
    }

    private Tensor Second(Tensor pairStart, int i, Tensor newest, Tensor before)
    {
        var length = levels.Lambda(i + 1) - levels.Lambda(i - 1);
        var ratio = (levels.Lambda(i) - levels.Lambda(i - 1)) / length;
        var direction = before + (newest - before) / (2 * ratio);
        return levels.Noise(i + 1) / levels.Noise(i - 1) * pairStart - levels.Signal(i + 1) * (Math.Exp(-length) - 1) * direction;
    }
}
