using KohyaPS.Engine.Networks;

namespace KohyaPS.Engine.Training.Optimizers;

/// <summary>
/// Stochastic gradient descent with momentum (Sutskever et al. 2013): b ← μ·b + (1 − dampening)·g, the first gradient whole; p ← p − lr·b,
/// or with Nesterov's look-ahead p ← p − lr·(g + μ·b). The decay enters the gradient.
/// </summary>
internal sealed class Sgd : FlatOptimizer
{
    private const string BufferName = "momentum_buffer";
    private readonly double dampening, weightDecay;
    private double momentum;
    private readonly bool isNesterov;

    /// <param name="groups">The parameter groups.</param>
    /// <param name="arguments">momentum, dampening, weight_decay; for plain SGD also nesterov.</param>
    public Sgd(IReadOnlyList<ParameterGroup> groups, OptimizerArguments arguments)
        : base(groups)
    {
        dampening = arguments.Number("dampening");
        weightDecay = arguments.Number("weight_decay");
        isNesterov = !arguments.Has("nesterov") || arguments.Flag("nesterov");
        SetMomentum(arguments.Number("momentum"));
    }

    /// <inheritdoc/>
    public override void SetMomentum(double momentum)
    {
        this.momentum = momentum;
        AddStateWhere(momentum != 0, BufferName);
    }

    /// <inheritdoc/>
    protected override void Update()
    {
        foreach (var group in Groups)
            group.Guarded(() => Update(group));
    }

    private void Update(OptimizerGroup group)
    {
        var (p, g) = (group.Values, group.DecayedGradients(weightDecay));
        if (momentum != 0)
        {
            var b = group.State(BufferName).Times(momentum);
            // p − (−factor)·x: the buffer takes its share of the gradient.
            group.ByStep(t => t <= 1 ? -1 : dampening - 1).Subtract(b, g);
            g = isNesterov ? g.add(b, momentum) : b;
        }
        p.add_(g, -group.LearningRate);
    }
}
