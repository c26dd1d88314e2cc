using KohyaPS.Engine.Networks;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Optimizers;

/// <summary>
/// Gradient descent with a momentum of 8 bits, as bitsandbytes computes it: b ← μ·b + g, p ← p − lr·b, with the decay in the gradient. Its
/// kernel has no look-ahead, whatever its users call it. An element of an 8-bit momentum whose gradient is not finite stays where it is and
/// forgets its momentum, instead of spoiling its block.
/// </summary>
/// <param name="groups">The parameter groups.</param>
/// <param name="arguments">momentum, weight_decay.</param>
/// <param name="storage">How moments are kept.</param>
internal sealed class Sgd8bit(IReadOnlyList<ParameterGroup> groups, OptimizerArguments arguments, MomentStorage storage)
    : EightBitOptimizer(groups, storage, ("state1", "absmax1", DynamicCode.Signed))
{
    private readonly float weightDecay = (float)arguments.Number("weight_decay");
    private float momentum = (float)arguments.Number("momentum");

    /// <inheritdoc/>
    public override void SetMomentum(double momentum) => this.momentum = (float)momentum;

    /// <inheritdoc/>
    protected override void Update(MomentRun run)
    {
        var (p, g, b) = (run.Values, run.Gradients, run.Moments[0].Load());
        var broken = run.Broken(g);
        if (weightDecay > 0)
            g = g.add(p.to(float32), weightDecay);
        b.mul_(momentum).add_(g);
        if (broken is not null)
            b.masked_fill_(broken, 0);
        p.copy_(p.to(float32).add(b, -run.Group.LearningRate));
        run.Moments[0].Store(b);
    }
}
