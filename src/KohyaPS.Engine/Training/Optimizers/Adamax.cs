using KohyaPS.Engine.Networks;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Optimizers;

/// <summary>
/// Adamax (Kingma and Ba 2014, arXiv 1412.6980, section 7.1): Adam with the infinity norm, u ← max(β2·u, |g| + eps); p ← p − lr/c1 · m/u.
/// </summary>
internal sealed class Adamax : FlatOptimizer
{
    private const string MomentName = "exp_avg";
    private const string NormName = "exp_inf";
    private readonly double beta2, eps, weightDecay;
    private double beta1;

    /// <param name="groups">The parameter groups.</param>
    /// <param name="arguments">betas, eps, weight_decay.</param>
    public Adamax(IReadOnlyList<ParameterGroup> groups, OptimizerArguments arguments)
        : base(groups)
    {
        (beta1, beta2) = arguments.Pair("betas");
        eps = arguments.Number("eps");
        weightDecay = arguments.Number("weight_decay");
        foreach (var group in Groups)
        {
            group.AddState(MomentName);
            group.AddState(NormName);
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
        var (p, g, m, u) = (group.Values, group.DecayedGradients(weightDecay), group.State(MomentName), group.State(NormName));
        m.Follow(g, 1 - beta1);
        u.copy_(maximum(u.Times(beta2), g.abs().add_(eps)));
        group.ByStep(t => group.LearningRate / (1 - Math.Pow(beta1, t))).SubtractQuotient(p, m, u);
    }
}
