using KohyaPS.Engine.Networks;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Optimizers;

/// <summary>
/// AdamW with moments of 8 bits, as bitsandbytes computes it: m and v are followed in float32, p ← p − lr·c2/c1 · m/(√v + c2·eps) with
/// c1 = 1 − β1^t, c2 = √(1 − β2^t), and the decay p ← p(1 − lr·wd) comes after the step. An element of an 8-bit moment whose gradient is
/// not finite forgets its moments and stays where it is.
/// </summary>
/// <param name="groups">The parameter groups.</param>
/// <param name="arguments">betas, eps, weight_decay.</param>
/// <param name="storage">How moments are kept.</param>
internal sealed class AdamW8bit(IReadOnlyList<ParameterGroup> groups, OptimizerArguments arguments, MomentStorage storage)
    : EightBitOptimizer(groups, storage, ("state1", "absmax1", DynamicCode.Signed), ("state2", "absmax2", DynamicCode.Unsigned))
{
    // The kernels compute in float32, their constants included.
    private readonly float beta2 = (float)arguments.Pair("betas").Second, eps = (float)arguments.Number("eps");
    private float beta1 = (float)arguments.Pair("betas").First;
    private readonly double weightDecay = arguments.Number("weight_decay");

    /// <inheritdoc/>
    public override void SetMomentum(double momentum) => beta1 = (float)momentum;

    /// <inheritdoc/>
    protected override void Update(MomentRun run)
    {
        var (p, g) = (run.Values, run.Gradients);
        var (m, v) = (run.Moments[0].Load(), run.Moments[1].Load());
        m.mul_(beta1).add_(g, 1 - beta1);
        v.FollowSquare(g, beta2);
        var broken = run.Broken(g);
        if (broken is not null)
        {
            m.masked_fill_(broken, 0);
            v.masked_fill_(broken, 0);
        }
        // Of float32 parameters the tensor itself.
        var moved = p.to(float32, copy: broken is not null);
        var denominator = v.sqrt();
        run.ByStep(t => eps * RootCorrection(t)).AddTo(denominator);
        run.ByStep(t => run.Group.LearningRate * RootCorrection(t) / (1 - MathF.Pow(beta1, t))).SubtractQuotient(moved, m, denominator);
        var decayed = moved.to(p.dtype);
        if (weightDecay > 0)
            decayed.Times(1 - run.Group.LearningRate * weightDecay);
        p.copy_(broken is null ? decayed : where(broken, p, decayed));
        run.Moments[0].Store(m);
        run.Moments[1].Store(v);
    }

    private float RootCorrection(long t) => MathF.Sqrt(1 - MathF.Pow(beta2, t));
}
