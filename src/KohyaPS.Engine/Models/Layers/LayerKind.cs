namespace KohyaPS.Engine.Models.Layers;

/// <summary>What a layer's weight multiplies.</summary>
internal enum LayerKind
{
    /// <summary>Weight [out, in].</summary>
    Linear,

    /// <summary>Weight [out, in, 1, 1]: a linear layer over the channels of each pixel.</summary>
    PointConvolution,

    /// <summary>Weight [out, in, kh, kw] with a larger kernel.</summary>
    Convolution,
}
