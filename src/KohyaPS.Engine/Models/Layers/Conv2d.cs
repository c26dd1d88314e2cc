using KohyaPS.Engine.Checkpoints;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Models.Layers;

/// <summary>A frozen two-dimensional convolution with a place for one adapter.</summary>
internal sealed class Conv2d : Block, IAdaptableLayer
{
    private readonly Tensor? bias;
    private readonly long[] strides;
    private readonly long[] paddings;

    /// <param name="weights">The view that holds <c>weight</c> [out, in, kh, kw] and optionally <c>bias</c> [out].</param>
    /// <param name="stride">Step between the places of the kernel, in pixels.</param>
    /// <param name="padding">Zeros around the input; null keeps the size at stride 1 (half the kernel).</param>
    public Conv2d(WeightSource weights, int stride = 1, int? padding = null)
        : base(weights.Path)
    {
        Weight = Own("weight", weights.Get("weight"));
        bias = OwnOptional("bias", weights.Find("bias"));
        Stride = stride;
        Padding = padding ?? (int)(Weight.size(2) / 2);
        strides = [Stride, Stride];
        paddings = [Padding, Padding];
    }

    /// <inheritdoc/>
    public Tensor Weight { get; }

    /// <summary>Step between the places of the kernel, in pixels.</summary>
    public int Stride { get; }

    /// <summary>Zeros around the input, in pixels.</summary>
    public int Padding { get; }

    /// <inheritdoc/>
    public IAdapter? Adapter { get; set; }

    /// <param name="x">[B, in, h, w]</param>
    /// <returns>[B, out, h', w']</returns>
    public Tensor Forward(Tensor x)
    {
        var output = nn.functional.conv2d(x, Weight, bias, strides, paddings);
        return Observed(Adapter is null ? output : Adapter.Apply(x, output));
    }
}
