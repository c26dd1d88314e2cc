using KohyaPS.Engine.Checkpoints;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Models.Layers;

/// <summary>Group normalisation (Wu and He 2018) over the channels of an image. The kernel keeps its sums in float32 also for half types.</summary>
internal sealed class GroupNorm : Block
{
    private readonly Tensor weight;
    private readonly Tensor bias;
    private readonly int groups;
    private readonly double epsilon;

    /// <param name="weights">The view that holds <c>weight</c> and <c>bias</c> [C].</param>
    /// <param name="groups">Number of groups; divides C.</param>
    /// <param name="epsilon">Added to the variance: 1e-5 in the U-Net's ResBlocks, 1e-6 in its transformers and in the VAE.</param>
    public GroupNorm(WeightSource weights, int groups, double epsilon)
        : base(weights.Path)
    {
        weight = Own("weight", weights.Get("weight"));
        bias = Own("bias", weights.Get("bias"));
        this.groups = groups;
        this.epsilon = epsilon;
    }

    /// <param name="x">[B, C, ...]</param>
    /// <returns>The same shape and type.</returns>
    public Tensor Forward(Tensor x) => Observed(nn.functional.group_norm(x, groups, weight, bias, epsilon));
}
