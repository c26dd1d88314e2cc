using KohyaPS.Engine.Networks;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Optimizers;

/// <summary>
/// Schedule-free AdamW (Defazio et al. 2024, arXiv 2405.15682, Algorithm 1): v ← β2·v + (1−β2)g², the direction is g / (√(v/(1−β2^t)) + eps). The decay
/// acts where the gradient is taken; the warm-up is an argument.
/// </summary>
internal sealed class AdamWScheduleFree : ScheduleFreeOptimizer
{
    private const string SquareName = "exp_avg_sq";
    private readonly double beta2, eps;
    private readonly long warmup;

    /// <param name="groups">The parameter groups.</param>
    /// <param name="arguments">betas, eps, warmup_steps, and what <see cref="ScheduleFreeOptimizer"/> knows.</param>
    public AdamWScheduleFree(IReadOnlyList<ParameterGroup> groups, OptimizerArguments arguments)
        : base(groups, arguments.Pair("betas").First, arguments)
    {
        beta2 = arguments.Pair("betas").Second;
        eps = arguments.Number("eps");
        warmup = arguments.Whole("warmup_steps");
        foreach (var group in Groups)
            group.AddState(SquareName);
    }

    /// <inheritdoc/>
    protected override double RateFactor(long t) => t <= warmup ? t / (double)warmup : 1;

    /// <inheritdoc/>
    protected override Tensor Direction(OptimizerGroup group, long t)
    {
        var (g, v) = (group.Gradients, group.State(SquareName));
        v.Times(beta2).addcmul_(g, g, 1 - beta2);
        return g.div(v.div(1 - Math.Pow(beta2, t)).sqrt_().add_(eps));
    }
}
