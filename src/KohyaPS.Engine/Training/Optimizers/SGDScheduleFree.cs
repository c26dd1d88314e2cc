using KohyaPS.Engine.Networks;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Optimizers;

/// <summary>Schedule-free SGD (Defazio et al. 2024, arXiv 2405.15682): the direction is the gradient; the warm-up is an argument.</summary>
internal sealed class SGDScheduleFree : ScheduleFreeOptimizer
{
    private readonly long warmup;

    /// <param name="groups">The parameter groups.</param>
    /// <param name="arguments">momentum, warmup_steps, and what <see cref="ScheduleFreeOptimizer"/> knows.</param>
    public SGDScheduleFree(IReadOnlyList<ParameterGroup> groups, OptimizerArguments arguments)
        : base(groups, arguments.Number("momentum"), arguments) => warmup = arguments.Whole("warmup_steps");

    /// <inheritdoc/>
    protected override double RateFactor(long t) => t <= warmup ? t / (double)warmup : 1;

    /// <inheritdoc/>
    protected override Tensor Direction(OptimizerGroup group, long t) => group.Gradients;
}
