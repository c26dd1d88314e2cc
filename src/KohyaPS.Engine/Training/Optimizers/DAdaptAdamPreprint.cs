using KohyaPS.Engine.Networks;

namespace KohyaPS.Engine.Training.Optimizers;

/// <summary>
/// D-Adaptation Adam as the preprint has it (Defazio and Mishchenko 2023, arXiv 2301.07733v1). With λ = d·lr: m ← β1·m + λ(1−β1)g,
/// v ← β2·v + (1−β2)g², s ← β2·s + λ(1−β2)g; the estimate is (‖s‖²/(1−β2) − A) / ‖s‖₁ with norms weighted by 1/(√v + eps) and
/// A ← β2·A + (1−β2)λ²‖g‖²; then p ← p − m/(√v + eps).
/// </summary>
internal sealed class DAdaptAdamPreprint : AdaptiveRateOptimizer
{
    private const string SumName = "gsq_weighted";
    private readonly double beta2, eps, weightDecay, growthRate;
    private double beta1;
    private readonly bool isDecoupled;

    /// <param name="groups">The parameter groups.</param>
    /// <param name="arguments">betas, eps, weight_decay, decouple, d0, growth_rate.</param>
    public DAdaptAdamPreprint(IReadOnlyList<ParameterGroup> groups, OptimizerArguments arguments)
        : base(groups, arguments.Number("d0"))
    {
        (beta1, beta2) = arguments.Pair("betas");
        eps = arguments.Number("eps");
        weightDecay = arguments.Number("weight_decay");
        isDecoupled = arguments.Flag("decouple");
        growthRate = arguments.Number("growth_rate");
        this[SumName] = 0;
        foreach (var group in Groups)
        {
            group.AddState("s");
            group.AddState("exp_avg");
            group.AddState("exp_avg_sq");
        }
    }

    /// <inheritdoc/>
    public override void SetMomentum(double momentum) => beta1 = momentum;

    /// <inheritdoc/>
    protected override bool TryStep(double d)
    {
        var step = d * CommonRate();
        var (gradients, numerator, denominator) = (0.0, 0.0, 0.0);
        foreach (var group in Moving)
        {
            var g = group.DecayedGradients(isDecoupled ? 0 : weightDecay);
            var (s, m, v) = (group.State("s"), group.State("exp_avg"), group.State("exp_avg_sq"));
            m.Times(beta1).add_(g, step * (1 - beta1));
            v.Times(beta2).addcmul_(g, g, 1 - beta2);
            var root = v.sqrt().add_(eps);
            gradients += Total(group, g.mul(g).div_(root));
            s.Times(beta2).add_(g, step * (1 - beta2));
            numerator += Total(group, s.mul(s).div_(root));
            denominator += AbsoluteSum(group, s);
        }
        if (denominator == 0)
            return false;
        var sum = beta2 * this[SumName] + (1 - beta2) * step * step * gradients;
        Raise((numerator / (1 - beta2) - sum) / denominator, growthRate);
        this[SumName] = sum;
        foreach (var group in Groups)
        {
            if (isDecoupled && weightDecay != 0 && group.LearningRate > 0)
                group.Values.add_(group.Values, -weightDecay * step);
            group.Values.addcdiv_(group.State("exp_avg"), group.State("exp_avg_sq").sqrt().add_(eps), -1);
        }
        return true;
    }
}
