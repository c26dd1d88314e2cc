using KohyaPS.Engine.Networks;

namespace KohyaPS.Engine.Training.Optimizers;

/// <summary>
/// AdEMAMix (Pagliardini et al. 2024, arXiv 2409.03137) as pytorch-optimizer has it: a fast and a slow average of the gradient,
/// p ← p − lr · (m1 + α·m2)/(1−β1^t) / (√v/√(1−β2^t) + eps), decay first. With t_alpha_beta3, α grows on a line and β3 so that the half-life does.
/// </summary>
internal sealed class PytorchAdEMAMix : FlatOptimizer
{
    private const string CountName = "step";

    private readonly double beta2, beta3, alpha, eps, weightDecay;
    private double beta1;
    private readonly long? growth;
    private readonly bool isDecoupled, isFixed;

    /// <param name="groups">The parameter groups.</param>
    /// <param name="arguments">betas, alpha, t_alpha_beta3, eps, weight_decay, weight_decouple, fixed_decay.</param>
    public PytorchAdEMAMix(IReadOnlyList<ParameterGroup> groups, OptimizerArguments arguments)
        : base(groups)
    {
        (beta1, beta2, beta3) = arguments.Triple("betas");
        alpha = arguments.Number("alpha");
        growth = arguments.OptionalWhole("t_alpha_beta3");
        eps = arguments.Number("eps");
        weightDecay = arguments.Number("weight_decay");
        isDecoupled = arguments.Flag("weight_decouple");
        isFixed = arguments.Flag("fixed_decay");
        foreach (var group in Groups)
        {
            group.Numbers[CountName] = 0;
            group.AddState("exp_avg");
            group.AddState("exp_avg_sq");
            group.AddState("exp_avg_slow");
        }
    }

    /// <inheritdoc/>
    public override void SetMomentum(double momentum) => beta1 = momentum;

    /// <inheritdoc/>
    protected override void Update()
    {
        foreach (var group in Groups)
        {
            group.Numbers[CountName] += 1;
            group.Guarded(() => Update(group, group.Numbers[CountName]));
        }
    }

    private void Update(OptimizerGroup group, double t)
    {
        var (p, g) = (group.Values, group.Gradients);
        var (fast, slow, v) = (group.State("exp_avg"), group.State("exp_avg_slow"), group.State("exp_avg_sq"));
        if (weightDecay != 0 && isDecoupled)
            p.Times(1 - weightDecay * (isFixed ? 1 : group.LearningRate));
        else if (weightDecay != 0)
            g = g.add(p, weightDecay);
        var slowBeta = SlowBeta(t);
        fast.Times(beta1).add_(g, 1 - beta1);
        v.Times(beta2).addcmul_(g, g, 1 - beta2);
        slow.Times(slowBeta).add_(g, 1 - slowBeta);
        var root = v.sqrt().div_(Math.Sqrt(1 - Math.Pow(beta2, t))).add_(eps);
        var mixed = fast.add(slow, growth is { } steps ? Math.Min(t * alpha / steps, alpha) : alpha).div_(1 - Math.Pow(beta1, t));
        p.addcdiv_(mixed, root, -group.LearningRate);
    }

    private double SlowBeta(double t)
    {
        if (growth is not { } steps)
            return beta3;
        var (log1, log3) = (Math.Log(beta1), Math.Log(beta3));
        return Math.Min(Math.Exp(log1 * log3 / ((1 - t / steps) * log3 + t / steps * log1)), beta3);
    }
}
