using KohyaPS.Engine.Checkpoints;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Models.Layers;

/// <summary>Layer normalisation over the last dimension. The kernel keeps its sums in float32 also for half types.</summary>
internal sealed class LayerNorm : Block
{
    private readonly Tensor weight;
    private readonly Tensor bias;
    private readonly double epsilon;
    private readonly long[] shape;

    /// <param name="weights">The view that holds <c>weight</c> and <c>bias</c> [C].</param>
    /// <param name="epsilon">Added to the variance.</param>
    public LayerNorm(WeightSource weights, double epsilon = 1e-5)
        : base(weights.Path)
    {
        weight = Own("weight", weights.Get("weight"));
        bias = Own("bias", weights.Get("bias"));
        this.epsilon = epsilon;
        shape = [weight.size(0)];
    }

    /// <param name="x">[..., C]</param>
    /// <returns>The same shape and type.</returns>
    public Tensor Forward(Tensor x) => Observed(nn.functional.layer_norm(x, shape, weight, bias, epsilon));
}
