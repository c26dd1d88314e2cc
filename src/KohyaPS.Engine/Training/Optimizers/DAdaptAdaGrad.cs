using KohyaPS.Engine.Networks;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Optimizers;

/// <summary>
/// D-Adaptation AdaGrad (Defazio and Mishchenko 2023, arXiv 2301.07733, Algorithm 3). α ← α + g², s ← s + λg with λ = d·lr of the first group; the
/// estimate is (‖s‖² − Σλ²‖g‖²) / ‖s‖₁ with norms weighted by 1/(√α + eps); p is where s leads from the first weights, averaged by the momentum.
/// </summary>
internal sealed class DAdaptAdaGrad : AdaptiveRateOptimizer
{
    private const string GradientsName = "gsq_weighted", SquaresName = "sksq_weighted", AbsoluteName = "skl1";

    // The original begins here, not at 0.
    private const double FirstAlpha = 1e-6;
    private readonly double eps, weightDecay, growthRate;
    private double momentum;

    /// <param name="groups">The parameter groups.</param>
    /// <param name="arguments">momentum, eps, weight_decay, d0, growth_rate.</param>
    public DAdaptAdaGrad(IReadOnlyList<ParameterGroup> groups, OptimizerArguments arguments)
        : base(groups, arguments.Number("d0"))
    {
        momentum = arguments.Number("momentum");
        eps = arguments.Number("eps");
        weightDecay = arguments.Number("weight_decay");
        growthRate = arguments.Number("growth_rate");
        this[GradientsName] = this[SquaresName] = this[AbsoluteName] = 0;
        foreach (var group in Groups)
        {
            group.AddState("alphak", fill: FirstAlpha);
            group.AddState("sk");
            group.AddState("x0");
        }
    }

    /// <inheritdoc/>
    public override void SetMomentum(double momentum) => this.momentum = momentum;

    /// <inheritdoc/>
    protected override void Remember()
    {
        foreach (var group in Groups)
            group.State("x0").copy_(group.Values);
    }

    /// <inheritdoc/>
    protected override bool TryStep(double d)
    {
        var step = d * Groups[0].LearningRate;
        var gradients = 0.0;
        foreach (var group in Groups)
        {
            var g = group.DecayedGradients(weightDecay);
            var (alpha, s) = (group.State("alphak"), group.State("sk"));
            this[SquaresName] -= Weighted(group, s, alpha);
            this[AbsoluteName] -= AbsoluteSum(group, s);
            alpha.addcmul_(g, g, 1);
            gradients += Weighted(group, g, alpha);
            s.add_(g, step);
            this[SquaresName] += Weighted(group, s, alpha);
            this[AbsoluteName] += AbsoluteSum(group, s);
        }
        if (this[AbsoluteName] == 0)
            return false;
        this[GradientsName] += step * step * gradients;
        Raise((this[SquaresName] - this[GradientsName]) / this[AbsoluteName], growthRate);
        foreach (var group in Groups)
        {
            var z = group.State("x0").sub(group.State("sk").div(group.State("alphak").sqrt().add_(eps)));
            if (momentum == 0)
                group.Values.copy_(z);
            else
                group.Values.Times(momentum).add_(z, 1 - momentum);
        }
        return true;
    }

    private double Weighted(OptimizerGroup group, Tensor x, Tensor alpha) => Total(group, x.mul(x).div_(alpha.sqrt().add_(eps)));
}
