using KohyaPS.Engine.Checkpoints;

namespace KohyaPS.Engine.Networks;

/// <summary>The layers that a network could be attached to, told from names and shapes alone: for plans made before a model is loaded.</summary>
internal static class StoredTargets
{
    private static readonly string[] UnetContainers = ["attentions", "resnets", "downsamplers", "upsamplers"];
    private static readonly string[] TextContainers = ["self_attn", "mlp"];

    /// <summary>The layers of a part, in the order of the file.</summary>
    /// <param name="part">The part of the model.</param>
    /// <param name="store">Its tensors under their diffusers names; only shapes are read.</param>
    public static IEnumerable<TargetLayer> Of(NetworkPart part, ITensorStore store)
    {
        const string weight = ".weight";
        var containers = part == NetworkPart.Unet ? UnetContainers : TextContainers;
        foreach (var name in store.Names.Where(n => n.EndsWith(weight, StringComparison.Ordinal)))
        {
            var path = name[..^weight.Length];
            var shape = store.Shape(name);
            // One dimension is a norm.
            if (shape.Length > 1 && path.Split('.').Any(containers.Contains))
                yield return new TargetLayer(part, path, shape);
        }
    }
}
