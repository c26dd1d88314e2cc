using KohyaPS.Engine.Networks;

namespace KohyaPS.Engine.Training.Optimizers;

/// <summary>
/// D-Adaptation Adam (Defazio and Mishchenko 2023, arXiv 2301.07733, Algorithm 5). With λ = d·lr·c and c the bias correction if asked for:
/// A ← √β2·A + (1−√β2) Σ λ·g·s/(√v + eps) with s and v of the step before; m ← β1·m + λ(1−β1)g, v ← β2·v + (1−β2)g²,
/// s ← √β2·s + λ(1−√β2)g; the estimate is A / ((1−√β2)‖s‖₁); then p ← p − m/(√v + eps).
/// </summary>
internal sealed class DAdaptAdam : AdaptiveRateOptimizer
{
    private const string SumName = "numerator_weighted";
    private readonly double beta2, eps, weightDecay, growthRate;
    private double beta1;
    private readonly bool isDecoupled, correctsBias;

    /// <param name="groups">The parameter groups.</param>
    /// <param name="arguments">betas, eps, weight_decay, decouple, use_bias_correction, d0, growth_rate.</param>
    public DAdaptAdam(IReadOnlyList<ParameterGroup> groups, OptimizerArguments arguments)
        : base(groups, arguments.Number("d0"))
    {
        (beta1, beta2) = arguments.Pair("betas");
        eps = arguments.Number("eps");
        weightDecay = arguments.Number("weight_decay");
        isDecoupled = arguments.Flag("decouple");
        correctsBias = arguments.Flag("use_bias_correction");
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
        var t = this[CountName] + 1;
        var step = d * CommonRate() * (correctsBias ? Math.Sqrt(1 - Math.Pow(beta2, t)) / (1 - Math.Pow(beta1, t)) : 1);
        var root2 = Math.Sqrt(beta2);
        var (numerator, denominator) = (0.0, 0.0);
        foreach (var group in Moving)
        {
            var g = group.DecayedGradients(isDecoupled ? 0 : weightDecay);
            var (s, m, v) = (group.State("s"), group.State("exp_avg"), group.State("exp_avg_sq"));
            numerator += step * Dot(group, g, s.div(v.sqrt().add_(eps)));
            m.Times(beta1).add_(g, step * (1 - beta1));
            v.Times(beta2).addcmul_(g, g, 1 - beta2);
            s.Times(root2).add_(g, step * (1 - root2));
            denominator += AbsoluteSum(group, s);
        }
        if (denominator == 0)
            return false;
        this[SumName] = root2 * this[SumName] + (1 - root2) * numerator;
        Raise(this[SumName] / ((1 - root2) * denominator), growthRate);
        foreach (var group in Groups)
        {
            if (isDecoupled && weightDecay != 0)
                group.Values.add_(group.Values, -weightDecay * step);
            group.Values.addcdiv_(group.State("exp_avg"), group.State("exp_avg_sq").sqrt().add_(eps), -1);
        }
        return true;
    }
}
