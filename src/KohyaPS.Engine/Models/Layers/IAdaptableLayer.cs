using static TorchSharp.torch;

namespace KohyaPS.Engine.Models.Layers;

/// <summary>A layer that knows its name and takes an adapter.</summary>
internal interface IAdaptableLayer : IDisposable
{
    /// <summary>Dotted diffusers path below its model part, for instance <c>mid_block.attentions.0.proj_in</c>.</summary>
    string Path { get; }

    /// <summary>The frozen weight: [out, in] (linear) or [out, in, kh, kw] (convolution). Where it is stored with one byte a number these are the codes, of use for their shape only.</summary>
    Tensor Weight { get; }

    /// <summary>Step between the places of a convolution's kernel, in pixels.</summary>
    int Stride => 1;

    /// <summary>Zeros around a convolution's input, in pixels.</summary>
    int Padding => 0;

    /// <summary>The adapter, if a network attached one.</summary>
    IAdapter? Adapter { get; set; }
}
