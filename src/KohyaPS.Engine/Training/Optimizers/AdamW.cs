using KohyaPS.Engine.Networks;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Optimizers;

/// <summary>
/// AdamW (Loshchilov and Hutter 2017, arXiv 1711.05101): decay first, p ← p(1 − lr·wd), then p ← p − lr/c1 · m / (√v/√c2 + eps) with
/// c = 1 − β^t of the parameter's own steps. With amsgrad the largest v so far takes the place of v. Adam (Kingma and Ba 2014, arXiv
/// 1412.6980) is the same with the decay in the gradient.
/// </summary>
internal sealed class AdamW : FlatOptimizer
{
    private const string MomentName = "exp_avg";
    private const string SquareName = "exp_avg_sq";
    private const string LargestName = "max_exp_avg_sq";
    private readonly double beta2, eps, weightDecay;
    private double beta1;
    private readonly bool amsgrad, isDecoupled;

    /// <param name="groups">The parameter groups.</param>
    /// <param name="arguments">betas, eps, weight_decay, amsgrad; for Adam also decoupled_weight_decay.</param>
    public AdamW(IReadOnlyList<ParameterGroup> groups, OptimizerArguments arguments)
        : base(groups)
    {
        (beta1, beta2) = arguments.Pair("betas");
        eps = arguments.Number("eps");
        weightDecay = arguments.Number("weight_decay");
        amsgrad = arguments.Flag("amsgrad");
        isDecoupled = !arguments.Has("decoupled_weight_decay") || arguments.Flag("decoupled_weight_decay");
        foreach (var group in Groups)
        {
            group.AddState(MomentName);
            group.AddState(SquareName);
            if (amsgrad)
                group.AddState(LargestName);
        }
    }

    /// <inheritdoc/>
    public override void SetMomentum(double momentum) => beta1 = momentum;

    /// <inheritdoc/>
    protected override void Update()
    {
        foreach (var group in Groups)
            group.Guarded(() => Update(group));
    }

    private void Update(OptimizerGroup group)
    {
        var (p, g, m, v) = (group.Values, group.Decay(weightDecay, isDecoupled), group.State(MomentName), group.State(SquareName));
        m.Follow(g, 1 - beta1);
        v.FollowSquare(g, beta2);
        if (amsgrad)
        {
            var largest = group.State(LargestName);
            v = largest.copy_(maximum(largest, v));
        }
        var rootCorrection = group.ByStep(t => Math.Sqrt(1 - Math.Pow(beta2, t)));
        var stepSize = group.ByStep(t => group.LearningRate / (1 - Math.Pow(beta1, t)));
        stepSize.SubtractQuotient(p, m, rootCorrection.Divide(v.sqrt()).add_(eps));
    }
}
