using KohyaPS.Engine.Networks;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Optimizers;

/// <summary>
/// NAdam (Dozat 2016), as torch.optim.NAdam: μ_t = β1·(1 − 0.5·0.96^(t·ψ)), Π_t = μ_1·…·μ_t, D = √(v/c2) + eps;
/// p ← p − lr·(1 − μ_t)/(1 − Π_t)·g/D − lr·μ_(t+1)/(1 − Π_t·μ_(t+1))·m/D.
/// </summary>
internal sealed class NAdam : FlatOptimizer
{
    private const string MomentName = "exp_avg";
    private const string SquareName = "exp_avg_sq";
    private const string ProductName = "mu_product";
    private const double MomentumSpeed = 0.96;
    private readonly double beta2, eps, weightDecay, momentumDecay;
    private double beta1;
    private readonly bool isDecoupled;

    /// <param name="groups">The parameter groups.</param>
    /// <param name="arguments">betas, eps, weight_decay, momentum_decay, decoupled_weight_decay.</param>
    public NAdam(IReadOnlyList<ParameterGroup> groups, OptimizerArguments arguments)
        : base(groups)
    {
        (beta1, beta2) = arguments.Pair("betas");
        eps = arguments.Number("eps");
        weightDecay = arguments.Number("weight_decay");
        momentumDecay = arguments.Number("momentum_decay");
        isDecoupled = arguments.Flag("decoupled_weight_decay");
        foreach (var group in Groups)
        {
            group.AddState(MomentName);
            group.AddState(SquareName);
            // A number for each parameter, on the host: the factors are worked out there.
            group.AddState(ProductName, group.Values.dtype == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32, StateLayout.Numbers(group.Parameters), fill: 1, device: CPU);
        }
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
        var lr = group.LearningRate;
        m.Follow(g, 1 - beta1);
        v.FollowSquare(g, beta2);
        var denominator = group.ByStep(t => 1 - Math.Pow(beta2, t)).Divide(v.clone()).sqrt_().add_(eps);

        var steps = group.Steps.ToArray();
        var product = group.State(ProductName);
        product.mul_(tensor(Array.ConvertAll(steps, Momentum)).to(product.dtype));
        var products = product.to(ScalarType.Float64).data<double>().ToArray();
        group.ByParameter([.. steps.Select((t, i) => lr * (1 - Momentum(t)) / (1 - products[i]))]).SubtractQuotient(p, g, denominator);
        group.ByParameter([.. steps.Select((t, i) => lr * Momentum(t + 1) / (1 - products[i] * Momentum(t + 1)))]).SubtractQuotient(p, m, denominator);
    }

    private double Momentum(long step) => beta1 * (1 - 0.5 * Math.Pow(MomentumSpeed, step * momentumDecay));
}
