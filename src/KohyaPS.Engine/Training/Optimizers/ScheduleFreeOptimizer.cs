using KohyaPS.Engine.Networks;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Optimizers;

/// <summary>
/// Schedule-free learning (Defazio et al. 2024, arXiv 2405.15682): an average of the weights takes the place of a falling rate. With the weights of
/// <see cref="AveragedOptimizer"/>, y ← y + c(z − y) + γ(β(1−c) − 1)n, z ← z − γn, with n the direction of the step and
/// c = w/Σw, w = t^r · γmax^power.
/// </summary>
internal abstract class ScheduleFreeOptimizer : AveragedOptimizer
{
    private const string WeightsName = "weight_sum", LargestRateName = "lr_max", RateName = "scheduled_lr";
    private readonly double beta, weightDecay, r, power;

    /// <param name="groups">The parameter groups.</param>
    /// <param name="beta">How near y is to x.</param>
    /// <param name="arguments">weight_decay, r, weight_lr_power.</param>
    protected ScheduleFreeOptimizer(IReadOnlyList<ParameterGroup> groups, double beta, OptimizerArguments arguments)
        : base(groups, beta, firstCount: 0)
    {
        this.beta = beta;
        weightDecay = arguments.Number("weight_decay");
        r = arguments.Number("r");
        power = arguments.Number("weight_lr_power");
        foreach (var group in Groups)
        {
            group.Numbers[WeightsName] = group.Numbers[RateName] = 0;
            group.Numbers[LargestRateName] = -1;
        }
    }

    /// <inheritdoc/>
    protected override void UpdateAll()
    {
        foreach (var group in Groups)
            group.Guarded(() => Update(group, (long)group.Numbers[CountName] + 1));
    }

    /// <summary>The share of the learning rate in a step.</summary>
    /// <param name="t">The step, from 1.</param>
    protected abstract double RateFactor(long t);

    /// <summary>The direction of a step, without decay.</summary>
    /// <param name="group">The group.</param>
    /// <param name="t">The step, from 1.</param>
    protected abstract Tensor Direction(OptimizerGroup group, long t);

    private void Update(OptimizerGroup group, long t)
    {
        var rate = group.LearningRate * RateFactor(t);
        group.Numbers[RateName] = rate;
        var largest = Math.Max(rate, group.Numbers[LargestRateName]);
        group.Numbers[LargestRateName] = largest;
        var weight = Math.Pow(t, r) * Math.Pow(largest, power);
        group.Numbers[WeightsName] += weight;
        var c = group.Numbers[WeightsName] == 0 ? 0 : weight / group.Numbers[WeightsName];

        var (y, z, n) = (group.Values, group.State(FastName), Direction(group, t));
        if (weightDecay != 0)
            n = n.add(y, weightDecay);
        y.lerp_(z, c).add_(n, rate * (beta * (1 - c) - 1));
        z.add_(n, -rate);
    }
}
