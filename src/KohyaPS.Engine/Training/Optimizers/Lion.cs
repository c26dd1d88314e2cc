using KohyaPS.Engine.Networks;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Optimizers;

/// <summary>
/// Lion (Chen et al. 2023, arXiv 2302.06675): decay, then p ← p − lr·sign(β1·m + (1 − β1)·g), then m ← β2·m + (1 − β2)·g. No bias
/// correction, no eps.
/// </summary>
internal sealed class Lion : FlatOptimizer
{
    private const string MomentName = "exp_avg";
    private readonly double beta2, weightDecay;
    private double beta1;

    /// <param name="groups">The parameter groups.</param>
    /// <param name="arguments">betas, weight_decay, decoupled_weight_decay.</param>
    public Lion(IReadOnlyList<ParameterGroup> groups, OptimizerArguments arguments)
        : base(groups)
    {
        (beta1, beta2) = arguments.Pair("betas");
        // "Decoupled" means from the rate: divided by the one the optimizer is made with, so that a schedule still scales it.
        weightDecay = arguments.Number("weight_decay") / (arguments.Flag("decoupled_weight_decay") ? arguments.LearningRate : 1);
        foreach (var group in Groups)
            group.AddState(MomentName);
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
        var (p, g, m) = (group.Values, group.Gradients, group.State(MomentName));
        p.Times(1 - group.LearningRate * weightDecay);
        var update = m.mul(beta1).add_(g, 1 - beta1).sign_();
        p.add_(update, -group.LearningRate);
        m.Times(beta2).add_(g, 1 - beta2);
    }
}
