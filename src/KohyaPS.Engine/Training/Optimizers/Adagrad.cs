using KohyaPS.Engine.Networks;

namespace KohyaPS.Engine.Training.Optimizers;

/// <summary>
/// Adagrad (Duchi, Hazan and Singer 2011): S ← S + g²; p ← p − lr/(1 + (t − 1)·lr_decay) · g/(√S + eps). The decay enters the gradient.
/// </summary>
internal sealed class Adagrad : FlatOptimizer
{
    private const string SumName = "sum";
    private readonly double rateDecay, eps, weightDecay;

    /// <param name="groups">The parameter groups.</param>
    /// <param name="arguments">lr_decay, eps, weight_decay, initial_accumulator_value.</param>
    public Adagrad(IReadOnlyList<ParameterGroup> groups, OptimizerArguments arguments)
        : base(groups)
    {
        rateDecay = arguments.Number("lr_decay");
        eps = arguments.Number("eps");
        weightDecay = arguments.Number("weight_decay");
        foreach (var group in Groups)
            group.AddState(SumName, fill: arguments.Number("initial_accumulator_value"));
    }

    /// <inheritdoc/>
    protected override void Update()
    {
        foreach (var group in Groups)
            group.Guarded(() => Update(group));
    }

    private void Update(OptimizerGroup group)
    {
        var (p, g, sum) = (group.Values, group.DecayedGradients(weightDecay), group.State(SumName));
        sum.addcmul_(g, g, 1);
        group.ByStep(t => group.LearningRate / (1 + (t - 1) * rateDecay)).SubtractQuotient(p, g, sum.sqrt().add_(eps));
    }
}
