namespace KohyaPS.Engine.Models.Layers;

/// <summary>A layer that can take an adapter and the block that holds it.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Container">The nearest enclosing block that networks choose by.</param>
internal sealed record AdaptableLayer(IAdaptableLayer Layer, BlockKind Container)
{
    /// <summary>Dotted diffusers path of the layer.</summary>
    public string Path => Layer.Path;

    /// <summary>What the layer's weight multiplies.</summary>
    public LayerKind Kind => Layer.Weight.dim() switch
    {
        2 => LayerKind.Linear,
        _ when Layer.Weight.size(2) == 1 && Layer.Weight.size(3) == 1 => LayerKind.PointConvolution,
        _ => LayerKind.Convolution,
    };
}
