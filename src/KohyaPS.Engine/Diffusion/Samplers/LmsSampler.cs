using static TorchSharp.torch;

namespace KohyaPS.Engine.Diffusion.Samplers;

/// <summary>Linear multistep (Adams-Bashforth) of order 4 over the noise level (k-diffusion's lms): the slope is a polynomial through the last four.</summary>
internal sealed class LmsSampler(NoiseSchedule schedule, int steps, SamplerOptions options) : ISampler
{
    private const int Order = 4;
    private readonly SigmaSchedule levels = new(schedule, steps);

    /// <inheritdoc/>
    public double InitialSigma => levels.Sigmas[0];

    /// <inheritdoc/>
    public IReadOnlyList<double> Timesteps => levels.Timesteps;

    /// <inheritdoc/>
    public Tensor Run(Tensor latents, SamplerRun run)
    {
        using var scope = NewDisposeScope();
        var walk = new LatentWalk(latents, run);
        var model = new SigmaModel(options.Prediction, run);
        var slopes = new LinkedList<Tensor>();                  // newest first
        for (var i = 0; i < levels.Timesteps.Length; i++)
        {
            slopes.AddFirst(model.Slope(walk.Result, levels.Sigmas[i], levels.Timesteps[i]));
            if (slopes.Count > Order)
            {
                slopes.Last!.Value.Dispose();
                slopes.RemoveLast();
            }
            var newest = i;
            walk.Step(x => slopes.Select((slope, j) => slope * Coefficient(newest, j, slopes.Count)).Aggregate(x, (sum, term) => sum + term));
        }
        return walk.Result.MoveToOuterDisposeScope();
    }

    /// <summary>Integral over the step of the Lagrange polynomial of slope <paramref name="j"/>; its degree is 3 at most, which two Gauss points integrate exactly.</summary>
    private double Coefficient(int i, int j, int order)
    {
        var (from, to) = (levels.Sigmas[i], levels.Sigmas[i + 1]);
        double Polynomial(double sigma)
        {
            var product = 1.0;
            for (var k = 0; k < order; k++)
                if (k != j)
                    product *= (sigma - levels.Sigmas[i - k]) / (levels.Sigmas[i - j] - levels.Sigmas[i - k]);
            return product;
        }
        var (centre, half) = ((from + to) / 2, (to - from) / 2);
        return half * (Polynomial(centre - half / Math.Sqrt(3)) + Polynomial(centre + half / Math.Sqrt(3)));
    }
}
