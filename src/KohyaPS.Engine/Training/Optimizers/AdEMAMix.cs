using KohyaPS.Engine.Networks;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Optimizers;

/// <summary>
/// AdEMAMix (Pagliardini et al. 2024, arXiv 2409.03137) as bitsandbytes computes it, with moments of 32 or 8 bits: a fast and a slow average of the
/// gradient, p ← p − lr · (m1/(1−β1^t) + α·m2) / (√v/√(1−β2^t) + eps), then p ← p(1 − lr·wd). With t_alpha α grows on a line, with t_beta3 β3 so
/// that the half-life does. Each average has blocks of its own.
/// </summary>
/// <param name="groups">The parameter groups.</param>
/// <param name="arguments">betas, alpha, t_alpha, t_beta3, eps, weight_decay.</param>
/// <param name="storage">How moments are kept.</param>
internal sealed class AdEMAMix(IReadOnlyList<ParameterGroup> groups, OptimizerArguments arguments, MomentStorage storage) : EightBitOptimizer(
    groups, storage, ("state1", "absmax1", DynamicCode.Signed), ("state1.slow", "absmax1.slow", DynamicCode.Signed), ("state2", "absmax2", DynamicCode.Unsigned))
{
    // The kernels compute in float32, their constants included.
    private readonly float beta2 = (float)arguments.Triple("betas").Second, eps = (float)arguments.Number("eps");
    private double fastBeta = arguments.Triple("betas").First;
    private readonly double beta3 = arguments.Triple("betas").Third, alpha = arguments.Number("alpha"), weightDecay = arguments.Number("weight_decay");
    private readonly long? alphaGrowth = arguments.OptionalWhole("t_alpha"), betaGrowth = arguments.OptionalWhole("t_beta3");

    /// <inheritdoc/>
    public override void SetMomentum(double momentum) => fastBeta = momentum;

    /// <inheritdoc/>
    protected override void Update(MomentRun run)
    {
        var (p, g, beta1) = (run.Values, run.Gradients, (float)fastBeta);
        var (fast, slow, v) = (run.Moments[0].Load(), run.Moments[1].Load(), run.Moments[2].Load());
        fast.mul_(beta1).add_(g, 1 - beta1);
        run.ByStep(SlowBeta).Scale(slow);
        run.ByStep(t => (float)SlowBeta(t) - 1f).Subtract(slow, g);
        v.FollowSquare(g, beta2);
        var broken = run.Broken(g);
        if (broken is not null)
        {
            foreach (var moment in new[] { fast, slow, v })
                moment.masked_fill_(broken, 0);
        }
        var mixed = run.ByStep(t => 1 - MathF.Pow(beta1, t)).Divide(fast.clone());
        run.ByStep(t => -Alpha(t)).Subtract(mixed, slow);
        var denominator = run.ByStep(t => MathF.Sqrt(1 - MathF.Pow(beta2, t))).Divide(v.sqrt()).add_(eps);
        var moved = p.to(float32, copy: true).addcdiv_(mixed, denominator, -run.Group.LearningRate).to(p.dtype);
        if (weightDecay > 0)
            moved.mul_(1 - run.Group.LearningRate * weightDecay);
        p.copy_(broken is null ? moved : where(broken, p, moved));
        run.Moments[0].Store(fast);
        run.Moments[1].Store(slow);
        run.Moments[2].Store(v);
    }

    private double Alpha(long t) => alphaGrowth is { } steps ? Math.Min(t * alpha / steps, alpha) : alpha;

    private double SlowBeta(long t)
    {
        if (betaGrowth is not { } steps)
            return (float)beta3;
        var (log1, log3, share) = (Math.Log(fastBeta), Math.Log(beta3), t / (double)steps);
        return (float)Math.Min(Math.Exp(log1 * log3 / ((1 - share) * log3 + share * log1)), beta3);
    }
}
