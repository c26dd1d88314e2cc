using KohyaPS.Engine.Checkpoints;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Models.Layers;

/// <summary>A frozen two-dimensional convolution with a place for one adapter. Its weight may be stored with one byte a number.</summary>
internal sealed class Conv2d : Block, IAdaptableLayer
{
    private readonly Int8Weight? packed;
    private readonly Tensor? bias;
    private readonly long[] strides;
    private readonly long[] paddings;

    /// <param name="weights">The view that holds <c>weight</c> [out, in, kh, kw] and optionally <c>bias</c> [out].</param>
    /// <param name="stride">Step between the places of the kernel, in pixels.</param>
    /// <param name="padding">Zeros around the input; null keeps the size at stride 1 (half the kernel).</param>
    public Conv2d(WeightSource weights, int stride = 1, int? padding = null)
        : base(weights.Path)
    {
        (Weight, packed) = OwnWeight(weights);
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

    /// <summary>A 1x1 convolution as the linear layer over the channels of each pixel that it is.</summary>
    /// <param name="tokens">[B, h w, in] pixels as rows.</param>
    /// <param name="height">h</param>
    /// <param name="width">w</param>
    /// <returns>[B, h w, out]; null where the kernel is larger or packed, or the adapter cannot be put that way.</returns>
    public Tensor? ForwardTokens(Tensor tokens, long height, long width)
    {
        if (packed is not null || Weight.size(2) != 1 || Weight.size(3) != 1 || Stride != 1 || Padding != 0 || !AdaptedProduct.Suits(tokens, Weight, bias))
            return null;
        var update = Adapter?.AsLowRank();
        if (Adapter is not null && update is null)
            return null;
        var product = AdaptedProduct.Run(tokens, Weight, bias, update);
        Observed(product.transpose(1, 2).unflatten(2, [height, width]));
        return product;
    }

    /// <param name="x">[B, in, h, w]</param>
    /// <returns>[B, out, h', w']</returns>
    public Tensor Forward(Tensor x)
    {
        var output = packed is null ? nn.functional.conv2d(x, Weight, bias, strides, paddings) : Convolve(packed, x);
        return Observed(Adapter is null ? output : Adapter.Apply(x, output));
    }

    private Tensor Convolve(Int8Weight kernel, Tensor x)
    {
        var (height, width) = (x.size(2), x.size(3));
        return Int8Layer.Run(kernel, x, (image, weight) => nn.functional.conv2d(image, weight, bias, strides, paddings), (gradient, weight) =>
            nn.functional.conv_transpose2d(gradient, weight, null, strides, paddings, [Left(height, gradient.size(2), weight.size(2)), Left(width, gradient.size(3), weight.size(3))]));

        // Pixels of the input's side that a stride leaves out at its end.
        long Left(long input, long output, long kernelSide) => input + 2 * Padding - kernelSide - (output - 1) * Stride;
    }
}
