using KohyaPS.Engine.Networks;

namespace KohyaPS.Engine.Training.Optimizers;

/// <summary>
/// D-Adaptation for Lion (Chen et al. 2023, arXiv 2302.06675). With λ = d·lr: p ← p(1 − λ·wd) − λu, u = sign(β1·m + (1−β1)g), m ← β2·m + (1−β2)λg; then
/// A ← √β2·A + (1−√β2) Σ λ·u·s, s ← √β2·s + (1−√β2)λu, and the estimate is A / ((1−√β2)‖s‖₁). The weights move before d is estimated anew.
/// </summary>
internal sealed class DAdaptLion : AdaptiveRateOptimizer
{
    private const string SumName = "numerator_weighted";
    private readonly double beta2, weightDecay;
    private double beta1;

    /// <param name="groups">The parameter groups.</param>
    /// <param name="arguments">betas, weight_decay, d0.</param>
    public DAdaptLion(IReadOnlyList<ParameterGroup> groups, OptimizerArguments arguments)
        : base(groups, arguments.Number("d0"))
    {
        (beta1, beta2) = arguments.Pair("betas");
        weightDecay = arguments.Number("weight_decay");
        this[SumName] = 0;
        foreach (var group in Groups)
        {
            group.AddState("exp_avg");
            group.AddState("s");
        }
    }

    /// <inheritdoc/>
    public override void SetMomentum(double momentum) => beta1 = momentum;

    /// <inheritdoc/>
    protected override bool TryStep(double d)
    {
        var step = d * CommonRate();
        var root2 = Math.Sqrt(beta2);
        var (numerator, denominator) = (0.0, 0.0);
        foreach (var group in Moving)
        {
            var (g, m, s) = (group.Gradients, group.State("exp_avg"), group.State("s"));
            if (weightDecay != 0)
                group.Values.Times(1 - step * weightDecay);
            // The sign of what is no number is 0.
            var u = m.clone().Times(beta1).add_(g, 1 - beta1).sign_().nan_to_num_(0);
            group.Values.add_(u, -step);
            m.Times(beta2).add_(g, (1 - beta2) * step);
            numerator += step * Dot(group, u, s);
            s.Times(root2).add_(u, (1 - root2) * step);
            denominator += AbsoluteSum(group, s);
        }
        if (denominator == 0)
            return false;
        this[SumName] = root2 * this[SumName] + (1 - root2) * numerator;
        Raise(this[SumName] / ((1 - root2) * denominator), double.PositiveInfinity);
        return true;
    }
}
