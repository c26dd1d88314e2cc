using KohyaPS.Engine.Networks;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Optimizers;

/// <summary>
/// D-Adaptation for Adan (Xie et al. 2022, arXiv 2208.06677). With Δ = g − the gradient before and λ = d·lr of the first group: m ← β1·m + λ(1−β1)g,
/// δ ← β2·δ + λ(1−β2)Δ, v ← β3·v + (1−β3)(g + β2Δ)², s ← β3·s + λ(1−β3)g; p ← (p − (m + β2δ)/(√v + eps)) / (1 + λ·wd), or decayed first.
/// The estimate is that of <see cref="DAdaptAdamPreprint"/> with β3; the variant IP takes the inner product of gradient and s instead,
/// 2·β3/(1−β3) · A / ‖s‖₁ with A ← β3·A + (1−β3) Σ λ·g·s/(√v + eps) of the step before.
/// </summary>
internal sealed class DAdaptAdan : AdaptiveRateOptimizer
{
    private readonly double beta2, beta3, eps, weightDecay, growthRate;
    private double beta1;
    private readonly bool isProximal, takesInnerProduct;
    private readonly string sumName;

    /// <param name="groups">The parameter groups.</param>
    /// <param name="arguments">betas, eps, weight_decay, no_prox, d0, growth_rate.</param>
    /// <param name="takesInnerProduct">Whether this is DAdaptAdanIP.</param>
    public DAdaptAdan(IReadOnlyList<ParameterGroup> groups, OptimizerArguments arguments, bool takesInnerProduct)
        : base(groups, arguments.Number("d0"))
    {
        (beta1, beta2, beta3) = arguments.Triple("betas");
        eps = arguments.Number("eps");
        weightDecay = arguments.Number("weight_decay");
        isProximal = !arguments.Flag("no_prox");
        growthRate = arguments.Number("growth_rate");
        this.takesInnerProduct = takesInnerProduct;
        sumName = takesInnerProduct ? "numerator_weighted" : "gsq_weighted";
        this[sumName] = 0;
        foreach (var group in Groups)
        {
            group.AddState("s");
            group.AddState("exp_avg");
            // The names of the originals: IP keeps v and δ the other way round.
            group.AddState("exp_avg_diff");
            group.AddState("exp_avg_sq");
            group.AddState("pre_grad");
        }
    }

    /// <inheritdoc/>
    public override void SetMomentum(double momentum) => beta1 = momentum;

    /// <inheritdoc/>
    public override string Name => takesInnerProduct ? nameof(OptimizerType.DAdaptAdanIP) : nameof(OptimizerType.DAdaptAdan);

    /// <inheritdoc/>
    protected override bool TryStep(double d)
    {
        var step = d * Groups[0].LearningRate;
        var (products, gradients, squares, denominator) = (0.0, 0.0, 0.0, 0.0);
        foreach (var group in Groups)
        {
            var g = group.Gradients;
            var (s, m, delta, v) = (group.State("s"), group.State("exp_avg"), Difference(group), Square(group));
            var before = group.State("pre_grad");
            if (group.FirstSteps() is { } first)
                before.copy_(where(first, g, before));
            var change = g.sub(before);
            var u = g.add(change, beta2);
            if (takesInnerProduct)
                products += step * Dot(group, g, s.div(v.sqrt().add_(eps)));
            m.Times(beta1).add_(g, step * (1 - beta1));
            delta.Times(beta2).add_(change, step * (1 - beta2));
            v.Times(beta3).addcmul_(u, u, 1 - beta3);
            s.Times(beta3).add_(g, step * (1 - beta3));
            if (!takesInnerProduct)
            {
                var root = v.sqrt().add_(eps);
                gradients += Total(group, g.mul(g).div_(root));
                squares += Total(group, s.mul(s).div_(root));
            }
            denominator += AbsoluteSum(group, s);
        }
        if (denominator == 0)
            return false;
        var sum = beta3 * this[sumName] + (1 - beta3) * (takesInnerProduct ? products : step * step * gradients);
        Raise(takesInnerProduct ? 2 * (beta3 / (1 - beta3)) * sum / denominator : (squares / (1 - beta3) - sum) / denominator, growthRate);
        this[sumName] = sum;
        foreach (var group in Groups)
            Move(group, step);
        return true;
    }

    private void Move(OptimizerGroup group, double step)
    {
        var update = group.State("exp_avg").add(Difference(group), beta2).div_(Square(group).sqrt().add_(eps));
        if (isProximal)
            group.Values.sub_(update).div_(1 + step * weightDecay);
        else
            group.Values.Times(1 - step * weightDecay).sub_(update);
        group.State("pre_grad").copy_(group.Gradients);
    }

    private Tensor Difference(OptimizerGroup group) => group.State(takesInnerProduct ? "exp_avg_sq" : "exp_avg_diff");

    private Tensor Square(OptimizerGroup group) => group.State(takesInnerProduct ? "exp_avg_diff" : "exp_avg_sq");
}
