using KohyaPS.Engine.Checkpoints;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Models.Layers;

/// <summary>A frozen linear layer y = x W^T + b, with a place for one adapter. Its W may be stored with one byte a number.</summary>
internal sealed class Linear : Block, IAdaptableLayer
{
    private readonly Int8Matrix? packed;
    private readonly Tensor? bias;

    /// <param name="weights">The view that holds <c>weight</c> [out, in] and optionally <c>bias</c> [out].</param>
    public Linear(WeightSource weights)
        : base(weights.Path)
    {
        if (weights.PacksMatrices)
        {
            using var exact = weights.Get("weight");
            packed = Int8Matrix.Of(exact);
            Weight = Own("weight", packed.Codes);
            Own("weight_scale", packed.Scales);
        }
        else
        {
            Weight = Own("weight", weights.Get("weight"));
        }
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
        var output = packed is null ? nn.functional.linear(x, Weight, bias) : Int8Product.Run(packed, bias, x);
        return Observed(Adapter is null ? output : Adapter.Apply(x, output));
    }
}
