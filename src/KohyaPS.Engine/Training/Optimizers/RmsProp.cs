using KohyaPS.Engine.Networks;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Optimizers;

/// <summary>
/// RMSprop (Hinton 2012; centred: Graves 2013, arXiv 1308.0850): v ← α·v + (1 − α)·g², D = √v + eps, or √(v − ḡ²) + eps where it is centred;
/// p ← p − lr·g/D, or through a momentum b ← μ·b + g/D.
/// </summary>
internal sealed class RmsProp : FlatOptimizer
{
    private const string SquareName = "square_avg";
    private const string MeanName = "grad_avg";
    private const string BufferName = "momentum_buffer";
    private readonly double alpha, eps, weightDecay;
    private double momentum;
    private readonly bool isCentered;

    /// <param name="groups">The parameter groups.</param>
    /// <param name="arguments">alpha, eps, weight_decay, momentum, centered.</param>
    public RmsProp(IReadOnlyList<ParameterGroup> groups, OptimizerArguments arguments)
        : base(groups)
    {
        alpha = arguments.Number("alpha");
        eps = arguments.Number("eps");
        weightDecay = arguments.Number("weight_decay");
        isCentered = arguments.Flag("centered");
        foreach (var group in Groups)
        {
            group.AddState(SquareName);
            if (isCentered)
                group.AddState(MeanName);
        }
        SetMomentum(arguments.Number("momentum"));
    }

    /// <inheritdoc/>
    public override void SetMomentum(double momentum)
    {
        this.momentum = momentum;
        AddStateWhere(momentum > 0, BufferName);
    }

    /// <inheritdoc/>
    protected override void Update()
    {
        foreach (var group in Groups)
            group.Guarded(() => Update(group));
    }

    private void Update(OptimizerGroup group)
    {
        var (p, g, v) = (group.Values, group.DecayedGradients(weightDecay), group.State(SquareName));
        v.FollowSquare(g, alpha);
        var denominator = (isCentered ? Variance(group, g, v) : v.clone()).sqrt_().add_(eps);
        if (momentum > 0)
            p.add_(group.State(BufferName).Times(momentum).addcdiv_(g, denominator, 1), -group.LearningRate);
        else
            p.addcdiv_(g, denominator, -group.LearningRate);
    }

    private Tensor Variance(OptimizerGroup group, Tensor g, Tensor v)
    {
        var mean = group.State(MeanName).Follow(g, 1 - alpha);
        return v.addcmul(mean, mean, -1);
    }
}
