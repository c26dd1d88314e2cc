using KohyaPS.Engine.Checkpoints;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Models.Layers;

/// <summary>A frozen linear layer y = x W^T + b, with a place for one adapter. Its W may be stored with one byte a number.</summary>
internal sealed class Linear : Block, IAdaptableLayer
{
    private readonly Int8Weight? packed;
    private readonly Tensor? bias;

    /// <param name="weights">The view that holds <c>weight</c> [out, in] and optionally <c>bias</c> [out].</param>
    public Linear(WeightSource weights)
        : base(weights.Path)
    {
        (Weight, packed) = OwnWeight(weights);
        bias = OwnOptional("bias", weights.Find("bias"));
    }

    /// <inheritdoc/>
    public Tensor Weight { get; }

    /// <inheritdoc/>
    public IAdapter? Adapter { get; set; }

    /// <param name="x">[..., in]</param>
    /// <returns>[..., out]</returns>
    public Tensor Forward(Tensor x)
    {
        if (packed is null && AdaptedProduct.Suits(x, Weight, bias))
        {
            var update = Adapter?.AsLowRank();
            var product = AdaptedProduct.Run(x, Weight, bias, update);
            return Observed(Adapter is null || update is not null ? product : Adapter.Apply(x, product));
        }
        var output = packed is null ? nn.functional.linear(x, Weight, bias) : Multiply(packed, x);
        return Observed(Adapter is null ? output : Adapter.Apply(x, output));
    }

    // The bias is added outside: what the function returns may be a view, which must not be changed in place later.
    private Tensor Multiply(Int8Weight matrix, Tensor x)
    {
        var product = Int8Layer.Run(matrix, x, (input, weight) => nn.functional.linear(input, weight), (gradient, weight) => nn.functional.linear(gradient, weight.t()));
        return bias is null ? product : product + bias;
    }
}
