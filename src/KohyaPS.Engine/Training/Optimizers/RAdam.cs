using KohyaPS.Engine.Networks;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Optimizers;

/// <summary>
/// RAdam (Liu et al. 2019, arXiv 1908.03265): ρ∞ = 2/(1 − β2) − 1, ρ_t = ρ∞ − 2t·β2^t/(1 − β2^t). Where ρ_t is above 5, Adam's step times
/// r = √((ρ_t − 4)(ρ_t − 2)ρ∞ / ((ρ∞ − 4)(ρ∞ − 2)ρ_t)), with eps before the bias correction; before that, momentum alone.
/// </summary>
internal sealed class RAdam : FlatOptimizer
{
    private const string MomentName = "exp_avg";
    private const string SquareName = "exp_avg_sq";
    private const double TrustedLength = 5;
    private readonly double beta2, eps, weightDecay;
    private double beta1;
    private readonly bool isDecoupled;

    /// <param name="groups">The parameter groups.</param>
    /// <param name="arguments">betas, eps, weight_decay, decoupled_weight_decay.</param>
    public RAdam(IReadOnlyList<ParameterGroup> groups, OptimizerArguments arguments)
        : base(groups)
    {
        (beta1, beta2) = arguments.Pair("betas");
        eps = arguments.Number("eps");
        weightDecay = arguments.Number("weight_decay");
        isDecoupled = arguments.Flag("decoupled_weight_decay");
        foreach (var group in Groups)
        {
            group.AddState(MomentName);
            group.AddState(SquareName);
        }
    }

    /// <summary>Length of the simple moving average that the second moment is worth after t steps.</summary>
    public static double Length(double beta2, long t)
    {
        var decayed = Math.Pow(beta2, t);
        return LongestLength(beta2) - 2 * t * decayed / (1 - decayed);
    }

    /// <summary>r, the rectification of a second moment of a given length; real where the length is above 4.</summary>
    public static double Rectification(double beta2, double length)
    {
        var longest = LongestLength(beta2);
        return Math.Sqrt((length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length));
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
        var (p, g, m, v) = (group.Values, group.Decay(weightDecay, isDecoupled), group.State(MomentName), group.State(SquareName));
        m.Follow(g, 1 - beta1);
        v.FollowSquare(g, beta2);
        group.ByStep(t => IsTrusted(t) ? Rate(group, t) * Math.Sqrt(1 - Math.Pow(beta2, t)) * Rectification(beta2, Length(beta2, t)) : 0).SubtractQuotient(p, m, v.sqrt().add_(eps));
        group.ByStep(t => IsTrusted(t) ? 0 : Rate(group, t)).Subtract(p, m);
    }

    private static double LongestLength(double beta2) => 2 / (1 - beta2) - 1;

    private bool IsTrusted(long t) => Length(beta2, t) > TrustedLength;

    private double Rate(OptimizerGroup group, long t) => group.LearningRate / (1 - Math.Pow(beta1, t));
}
