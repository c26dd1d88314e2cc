using KohyaPS.Engine.Networks;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Optimizers;

/// <summary>
/// AdamW (Loshchilov and Hutter 2017, arXiv 1711.05101): decay first, p ← p(1 − lr·wd), then p ← p − lr/c1 · m / (√v/√c2 + eps) with
/// c = 1 − β^t of the parameter's own steps. With <see cref="AdamWOptions.Amsgrad"/> the largest v so far takes the place of v.
/// </summary>
internal sealed class AdamW : FlatOptimizer
{
    private const string MomentName = "exp_avg";
    private const string SquareName = "exp_avg_sq";
    private const string LargestName = "max_exp_avg_sq";
    private readonly AdamWOptions options;

    /// <param name="groups">The parameter groups.</param>
    /// <param name="options">Betas, eps and decay.</param>
    public AdamW(IReadOnlyList<ParameterGroup> groups, AdamWOptions options)
        : base(groups)
    {
        this.options = options;
        foreach (var group in Groups)
        {
            group.AddState(MomentName);
            group.AddState(SquareName);
            if (options.Amsgrad)
                group.AddState(LargestName);
        }
    }

    /// <inheritdoc/>
    protected override void Update()
    {
        foreach (var group in Groups)
            group.Guarded(() => Update(group));
    }

    private void Update(OptimizerGroup group)
    {
        var (p, g, m, v) = (group.Values, group.Gradients, group.State(MomentName), group.State(SquareName));
        var (beta1, beta2) = (options.Beta1, options.Beta2);
        if (options.Decoupled)
            p.mul_(1 - group.LearningRate * options.WeightDecay);
        else if (options.WeightDecay != 0)
            g = g.add(p, options.WeightDecay);
        m.lerp_(g, 1 - beta1);
        v.mul_(beta2).addcmul_(g, g, 1 - beta2);
        if (options.Amsgrad)
            maximum_(group.State(LargestName), v, out v);
        var rootCorrection = group.ByStep(t => 1 / Math.Sqrt(1 - Math.Pow(beta2, t)));
        var stepSize = group.ByStep(t => group.LearningRate / (1 - Math.Pow(beta1, t)));
        stepSize.SubtractQuotient(p, m, rootCorrection.Scale(v.sqrt()).add_(options.Eps));
    }

    private static void maximum_(Tensor largest, Tensor v, out Tensor used) => used = largest.copy_(maximum(largest, v));
}
