using KohyaPS.Engine.Networks;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Optimizers;

/// <summary>
/// Schedule-free RAdam: the rectification of Liu et al. 2019 (arXiv 1908.03265) in place of a warm-up. While the variance of the second moment cannot
/// be told, the direction is the plain gradient and the rate 0, or the full one if silent_sgd_phase is off.
/// </summary>
internal sealed class RAdamScheduleFree : ScheduleFreeOptimizer
{
    private const string SquareName = "exp_avg_sq";

    // Below this length of the average the variance is not tractable.
    private const double ShortestAverage = 4;
    private readonly double beta2, eps;
    private readonly bool isSilent;

    /// <param name="groups">The parameter groups.</param>
    /// <param name="arguments">betas, eps, silent_sgd_phase, and what <see cref="ScheduleFreeOptimizer"/> knows.</param>
    public RAdamScheduleFree(IReadOnlyList<ParameterGroup> groups, OptimizerArguments arguments)
        : base(groups, arguments.Pair("betas").First, arguments)
    {
        beta2 = arguments.Pair("betas").Second;
        eps = arguments.Number("eps");
        isSilent = arguments.Flag("silent_sgd_phase");
        foreach (var group in Groups)
            group.AddState(SquareName);
    }

    /// <inheritdoc/>
    protected override double RateFactor(long t)
    {
        var (length, longest) = (AverageLength(t), LongestAverage);
        return length > ShortestAverage
            ? Math.Sqrt((length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length))
            : isSilent ? 0 : 1;
    }

    /// <inheritdoc/>
    protected override Tensor Direction(OptimizerGroup group, long t)
    {
        var (g, v) = (group.Gradients, group.State(SquareName));
        v.Times(beta2).addcmul_(g, g, 1 - beta2);
        return AverageLength(t) > ShortestAverage ? g.div(v.div(1 - Math.Pow(beta2, t)).sqrt_().add_(eps)) : g;
    }

    private double LongestAverage => 2 / (1 - beta2) - 1;

    private double AverageLength(long t) => LongestAverage - 2 * t * Math.Pow(beta2, t) / (1 - Math.Pow(beta2, t));
}
