using KohyaPS.Engine.Models.Layers;

namespace KohyaPS.Engine.Networks;

/// <summary>A layer that a network may adapt: where it is, how large it is, and the layer itself where the model is loaded.</summary>
internal sealed record TargetLayer
{
    /// <param name="part">The part of the model.</param>
    /// <param name="path">Dotted path below the part, as the adapter is to be named: diffusers names for SD1 and SD2, those of the original model for SDXL.</param>
    /// <param name="weightShape">[out, in] or [out, in, kh, kw].</param>
    public TargetLayer(NetworkPart part, string path, IReadOnlyList<long> weightShape)
    {
        Part = part;
        Path = path;
        WeightShape = weightShape;
    }

    /// <summary>The part of the model.</summary>
    public NetworkPart Part { get; }

    /// <summary>Dotted path below the part.</summary>
    public string Path { get; }

    /// <summary>[out, in] or [out, in, kh, kw].</summary>
    public IReadOnlyList<long> WeightShape { get; }

    /// <summary>Step between the places of a kernel; 1 for linear layers.</summary>
    public int Stride { get; init; } = 1;

    /// <summary>Zeros around the input of a convolution.</summary>
    public int Padding { get; init; }

    /// <summary>First word of the adapter's name where it is not that of the part: OFT names its adapters apart from LoRAs.</summary>
    public string? OwnPrefix { get; init; }

    /// <summary>The layer to attach to; null while a network is only planned.</summary>
    public IAdaptableLayer? Layer { get; init; }

    /// <summary>The adapter's name: <c>lora_unet_down_blocks_0_attentions_0_proj_in</c>.</summary>
    public string Name => $"{Prefix}_{Path.Replace('.', '_')}";

    /// <summary>Another name by which files may call the adapter; null for none: diffusers calls the only text encoder of SD1 and SD2 the first, too.</summary>
    public string? OtherName => Part == NetworkPart.TextEncoder ? $"lora_te1_{Path.Replace('.', '_')}" : null;

    /// <summary>True for a convolution.</summary>
    public bool IsConvolution => WeightShape.Count == 4;

    /// <summary>True for a convolution whose kernel is larger than one pixel: it takes the rank and alpha of convolutions.</summary>
    public bool IsSpatial => IsConvolution && (WeightShape[2] > 1 || WeightShape[3] > 1);

    /// <summary>Input features or channels.</summary>
    public long Inputs => WeightShape[1];

    /// <summary>Output features or channels.</summary>
    public long Outputs => WeightShape[0];

    /// <summary>Inputs times the area of the kernel.</summary>
    public long FanIn => IsConvolution ? WeightShape[1] * WeightShape[2] * WeightShape[3] : WeightShape[1];

    private string Prefix => OwnPrefix ?? Part switch
    {
        NetworkPart.TextEncoder => "lora_te",
        NetworkPart.TextEncoder1 => "lora_te1",
        NetworkPart.TextEncoder2 => "lora_te2",
        _ => "lora_unet",
    };

    /// <summary>A loaded layer as a target.</summary>
    /// <param name="part">The part of the model that the layer belongs to.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="path">The path to name the adapter by; null takes the layer's own.</param>
    public static TargetLayer Of(NetworkPart part, IAdaptableLayer layer, string? path = null) =>
        new(part, path ?? layer.Path, layer.Weight.shape) { Layer = layer, Stride = layer.Stride, Padding = layer.Padding };
}
