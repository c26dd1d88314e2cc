using KohyaPS.Engine.Networks;

namespace KohyaPS.Engine.Training.Optimizers;

/// <summary>
/// D-Adaptation for SGD (Defazio and Mishchenko 2023, arXiv 2301.07733, Algorithm 4). With λ = d·lr/‖g₀‖, g₀ the first gradient: A ← A + Σ λ·g·s,
/// s ← s + λg, the estimate is 2A/‖s‖; z = x₀ − s, and p ← μ·p + (1−μ)z.
/// </summary>
internal sealed class DAdaptSGD : AdaptiveRateOptimizer
{
    private const string SumName = "numerator_weighted", FirstNormName = "g0_norm";
    private readonly double weightDecay, growthRate;
    private double momentum;

    /// <param name="groups">The parameter groups.</param>
    /// <param name="arguments">momentum, weight_decay, d0, growth_rate.</param>
    public DAdaptSGD(IReadOnlyList<ParameterGroup> groups, OptimizerArguments arguments)
        : base(groups, arguments.Number("d0"))
    {
        momentum = arguments.Number("momentum");
        weightDecay = arguments.Number("weight_decay");
        growthRate = arguments.Number("growth_rate");
        this[SumName] = this[FirstNormName] = 0;
        foreach (var group in Groups)
        {
            group.AddState("z");
            group.AddState("s");
            group.AddState("x0");
        }
    }

    /// <inheritdoc/>
    public override void SetMomentum(double momentum) => this.momentum = momentum;

    /// <inheritdoc/>
    protected override void Remember()
    {
        foreach (var group in Groups)
        {
            group.State("z").copy_(group.Values);
            group.State("x0").copy_(group.Values);
        }
    }

    /// <inheritdoc/>
    protected override bool TryStep(double d)
    {
        var rate = CommonRate();
        if (this[CountName] == 0)
            this[FirstNormName] = Math.Sqrt(Moving.Sum(g => Dot(g, g.Gradients, g.Gradients)));
        // A warm-up from 0 has no gradient to measure in its first step; the original divides by it.
        if (this[FirstNormName] == 0)
            return false;
        var step = d * rate / this[FirstNormName];
        var (products, squares) = (0.0, 0.0);
        foreach (var group in Moving)
        {
            var (g, s) = (group.DecayedGradients(weightDecay), group.State("s"));
            products += step * Dot(group, g, s);
            s.add_(g, step);
            squares += Dot(group, s, s);
        }
        this[SumName] += products;
        if (rate > 0 && squares > 0)
            Raise(2 * this[SumName] / Math.Sqrt(squares), growthRate);
        foreach (var group in Groups)
        {
            var z = group.State("z");
            z.copy_(group.State("x0").sub(group.State("s")));
            group.Values.Times(momentum).add_(z, 1 - momentum);
        }
        return true;
    }
}
