using KohyaPS.Engine.Networks;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Optimizers;

/// <summary>
/// Prodigy (Mishchenko and Defazio 2023, arXiv 2306.06101). With λ = d·lr·c: N ← β3·N + (d/d₀)λ Σ g·(p₀−p), m ← β1·m + d(1−β1)g,
/// v ← β2·v + d²(1−β2)g², s ← β3·s + (d/d₀)λg; the estimate is d_coef·N/‖s‖₁; then p ← p(1 − λ·wd) − λ·m/(√v + d·eps), where the last d is the new one.
/// With slice_p the sums look at every so many elements only.
/// </summary>
internal sealed class Prodigy : AdaptiveRateOptimizer
{
    private const string NumeratorName = "d_numerator", DenominatorName = "d_denom", EstimateName = "d_hat", LargestName = "d_max";
    private readonly double beta2, beta3, eps, weightDecay, d0, coefficient, growthRate;
    private double beta1;
    private readonly bool isDecoupled, correctsBias, safeguardsWarmup;
    private readonly IReadOnlyList<SlicedElements> slices;

    /// <param name="groups">The parameter groups.</param>
    /// <param name="arguments">betas, beta3, eps, weight_decay, decouple, use_bias_correction, safeguard_warmup, d0, d_coef, growth_rate, slice_p.</param>
    public Prodigy(IReadOnlyList<ParameterGroup> groups, OptimizerArguments arguments)
        : base(groups, arguments.Number("d0"))
    {
        (beta1, beta2) = arguments.Pair("betas");
        beta3 = arguments.OptionalNumber("beta3") ?? Math.Sqrt(beta2);
        eps = arguments.Number("eps");
        weightDecay = arguments.Number("weight_decay");
        isDecoupled = arguments.Flag("decouple");
        correctsBias = arguments.Flag("use_bias_correction");
        safeguardsWarmup = arguments.Flag("safeguard_warmup");
        d0 = arguments.Number("d0");
        coefficient = arguments.Number("d_coef");
        growthRate = arguments.Number("growth_rate");
        slices = [.. Groups.Select(g => new SlicedElements(g.Parameters, arguments.Whole("slice_p")))];
        this[NumeratorName] = this[DenominatorName] = 0;
        this[LargestName] = this[EstimateName] = d0;
        for (var i = 0; i < Groups.Count; i++)
        {
            Groups[i].AddState("s", layout: slices[i].Layout);
            Groups[i].AddState("p0", layout: slices[i].Layout);
            Groups[i].AddState("exp_avg_sq");
        }
        SetMomentum(beta1);
    }

    /// <inheritdoc/>
    public override void SetMomentum(double momentum)
    {
        beta1 = momentum;
        AddStateWhere(beta1 > 0, "exp_avg");
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        foreach (var slice in slices)
            slice.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override void Remember()
    {
        for (var i = 0; i < Groups.Count; i++)
            Groups[i].State("p0").copy_(slices[i].Of(Groups[i].Values));
    }

    /// <inheritdoc/>
    protected override bool TryStep(double d)
    {
        var t = this[CountName] + 1;
        var rate = CommonRate();
        var step = d * rate * (correctsBias ? Math.Sqrt(1 - Math.Pow(beta2, t)) / (1 - Math.Pow(beta1, t)) : 1);
        var (numerator, denominator) = (beta3 * this[NumeratorName], 0.0);
        for (var i = 0; i < Groups.Count; i++)
        {
            var group = Groups[i];
            if (group.LearningRate <= 0)
                continue;
            var g = Gradient(group);
            var (sliced, s, v) = (slices[i].Of(g), group.State("s"), group.State("exp_avg_sq"));
            numerator += d / d0 * step * ElementSums.Dot(group, slices[i].Layout, sliced, group.State("p0").sub(slices[i].Of(group.Values)));
            if (beta1 > 0)
                group.State("exp_avg").Times(beta1).add_(g, d * (1 - beta1));
            v.Times(beta2).addcmul_(g, g, d * d * (1 - beta2));
            s.Times(beta3).add_(sliced, d / d0 * (safeguardsWarmup ? d : step));
            denominator += ElementSums.Absolute(group, slices[i].Layout, s);
        }
        if (denominator == 0)
            return false;
        if (rate > 0)
            Estimate(d, numerator, denominator);
        (this[NumeratorName], this[DenominatorName]) = (numerator, denominator);
        foreach (var group in Groups)
            Move(group, step);
        return true;
    }

    private Tensor Gradient(OptimizerGroup group) => group.DecayedGradients(isDecoupled ? 0 : weightDecay);

    private void Estimate(double d, double numerator, double denominator)
    {
        var estimate = coefficient * numerator / denominator;
        if (d == d0 && estimate > d)
            d = estimate;
        if (estimate > this[LargestName])
            this[LargestName] = estimate;
        this[DName] = d * growthRate < this[LargestName] ? d * growthRate : this[LargestName];
        this[EstimateName] = estimate;
    }

    private void Move(OptimizerGroup group, double step)
    {
        var root = group.State("exp_avg_sq").sqrt().add_(D * eps);
        if (isDecoupled && weightDecay != 0)
            group.Values.add_(group.Values, -weightDecay * step);
        if (beta1 > 0)
            group.Values.addcdiv_(group.State("exp_avg"), root, -step);
        else
            group.Values.addcdiv_(Gradient(group), root, -step * D);
    }
}
