using static TorchSharp.torch;

namespace KohyaPS.Engine.Diffusion.Samplers;

/// <summary>
/// DPM-Solver and DPM-Solver++ of order 2, multistep, midpoint (Lu et al. 2022, arXiv 2206.00927 and 2211.01095): dpmsolver extrapolates the noise, dpmsolver++ the clean latents.
/// </summary>
internal sealed class DpmSolverSampler : ISampler
{
    // Below so many steps the last one is of first order, which is steadier.
    private const int FewSteps = 15;
    private readonly DpmSolverLevels levels;
    private readonly SamplerOptions options;
    private readonly bool isPlusPlus;
    private readonly bool endsWithoutNoise;

    /// <param name="schedule">The noise schedule of the model.</param>
    /// <param name="steps">How many steps.</param>
    /// <param name="options">Choices.</param>
    /// <param name="isPlusPlus">DPM-Solver++.</param>
    public DpmSolverSampler(NoiseSchedule schedule, int steps, SamplerOptions options, bool isPlusPlus)
    {
        this.options = options;
        this.isPlusPlus = isPlusPlus;
        // The noise form has no limit where the noise ends: it goes to that of timestep 0.
        endsWithoutNoise = isPlusPlus && options.EndsWithoutNoise;
        levels = new(schedule, steps, endsWithoutNoise);
        Timesteps = [.. levels.Timesteps.Select(t => (double)t)];
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
        Tensor? before = null;
        for (var i = 0; i < levels.Timesteps.Length; i++)
        {
            var newest = Extrapolated(walk.Result, i, run);
            var (step, older) = (i, IsFirstOrder(i) ? null : before);
            walk.Step(x => Step(x, step, newest, older));
            before?.Dispose();
            before = newest;
        }
        return walk.Result.MoveToOuterDisposeScope();
    }

    private bool IsFirstOrder(int i) => i == 0 || (i == levels.Timesteps.Length - 1 && (endsWithoutNoise || levels.Timesteps.Length < FewSteps));

    private Tensor Extrapolated(Tensor x, int i, SamplerRun run)
    {
        using var scope = NewDisposeScope();
        var (clean, noise) = ModelPrediction.Split(options.Prediction, run.Model(x, levels.Timesteps[i]), x, levels.Signal(i), levels.Noise(i));
        return (isPlusPlus ? clean : noise).MoveToOuterDisposeScope();
    }

    private Tensor Step(Tensor x, int i, Tensor newest, Tensor? older)
    {
        var length = levels.Lambda(i + 1) - levels.Lambda(i);
        var direction = newest;
        if (older is not null)
        {
            var ratio = (levels.Lambda(i) - levels.Lambda(i - 1)) / length;
            direction = newest + (newest - older) / (2 * ratio);
        }
        return isPlusPlus
            ? levels.Noise(i + 1) / levels.Noise(i) * x - levels.Signal(i + 1) * (Math.Exp(-length) - 1) * direction
            : levels.Signal(i + 1) / levels.Signal(i) * x - levels.Noise(i + 1) * (Math.Exp(length) - 1) * direction;
    }
}
