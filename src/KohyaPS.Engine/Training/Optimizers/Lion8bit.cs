using KohyaPS.Engine.Networks;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Optimizers;

/// <summary>
/// Lion with a moment of 8 bits, as bitsandbytes computes it: p ← p(1 − lr·wd) − lr·sign(β1·m + (1 − β1)·g), then m ← β2·m + (1 − β2)·g.
/// An element of an 8-bit moment whose gradient is not finite stays where it is and forgets its moment, instead of spoiling its block.
/// </summary>
/// <param name="groups">The parameter groups.</param>
/// <param name="arguments">betas, weight_decay.</param>
/// <param name="storage">How moments are kept.</param>
internal sealed class Lion8bit(IReadOnlyList<ParameterGroup> groups, OptimizerArguments arguments, MomentStorage storage)
    : EightBitOptimizer(groups, storage, ("state1", "absmax1", DynamicCode.Signed))
{
    private readonly float beta2 = (float)arguments.Pair("betas").Second;
    private float beta1 = (float)arguments.Pair("betas").First;
    private readonly double weightDecay = arguments.Number("weight_decay");

    // The old kernel of small parameters put the decay into the gradient.
    private readonly bool couplesSmall = storage.IsOld;

    /// <inheritdoc/>
    public override void SetMomentum(double momentum) => beta1 = (float)momentum;

    /// <inheritdoc/>
    protected override void Update(MomentRun run)
    {
        var (p, g, m) = (run.Values, run.Gradients, run.Moments[0].Load());
        var decay = weightDecay;
        if (!run.Is8Bit && couplesSmall)
        {
            g = g.add(p.to(float32), weightDecay);
            decay = 0;
        }
        var broken = run.Broken(g);
        var decayed = decay > 0 ? p.mul(1 - run.Group.LearningRate * decay) : p;
        var moved = decayed.to(float32).add(m.mul(beta1).add_(g, 1 - beta1).sign_(), -run.Group.LearningRate).to(p.dtype);
        m.mul_(beta2).add_(g, 1 - beta2);
        if (broken is not null)
            m.masked_fill_(broken, 0);
        p.copy_(broken is null ? moved : where(broken, p, moved));
        run.Moments[0].Store(m);
    }
}
