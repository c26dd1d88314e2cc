using KohyaPS.Engine.Networks;

namespace KohyaPS.Engine.Training.Optimizers;

/// <summary>
/// Adadelta (Zeiler 2012, arXiv 1212.5701): v ← ρ·v + (1 − ρ)·g²; δ = g·√(A + eps)/√(v + eps); A ← ρ·A + (1 − ρ)·δ²; p ← p − lr·δ.
/// </summary>
internal sealed class Adadelta : FlatOptimizer
{
    private const string SquareName = "square_avg";
    private const string DeltaName = "acc_delta";
    private readonly double rho, eps, weightDecay;

    /// <param name="groups">The parameter groups.</param>
    /// <param name="arguments">rho, eps, weight_decay.</param>
    public Adadelta(IReadOnlyList<ParameterGroup> groups, OptimizerArguments arguments)
        : base(groups)
    {
        rho = arguments.Number("rho");
        eps = arguments.Number("eps");
        weightDecay = arguments.Number("weight_decay");
        foreach (var group in Groups)
        {
            group.AddState(SquareName);
            group.AddState(DeltaName);
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
        var (p, g, v, accumulated) = (group.Values, group.DecayedGradients(weightDecay), group.State(SquareName), group.State(DeltaName));
        v.FollowSquare(g, rho);
        var delta = accumulated.add(eps).sqrt_().div_(v.add(eps).sqrt_()).mul_(g);
        accumulated.FollowSquare(delta, rho);
        p.add_(delta, -group.LearningRate);
    }
}
