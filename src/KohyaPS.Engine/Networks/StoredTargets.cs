using KohyaPS.Engine.Checkpoints;

namespace KohyaPS.Engine.Networks;

/// <summary>The layers that a network could be attached to, told from names and shapes alone: for plans made before a model is loaded.</summary>
internal static class StoredTargets
{
    private static readonly string[] UnetContainers = ["attentions", "resnets", "downsamplers", "upsamplers"];
    private static readonly string[] TextContainers = ["self_attn", "mlp"];

    /// <summary>The layers of a model, part by part.</summary>
    /// <param name="family">The generation, which decides how layers are called.</param>
    /// <param name="parts">The tensors of its parts under their diffusers names; only shapes are read.</param>
    public static IReadOnlyList<TargetLayer> Of(ModelFamily family, IReadOnlyDictionary<ModelPart, ITensorStore> parts)
    {
        var names = new LayerNames(family, parts.TryGetValue(ModelPart.Unet, out var unet) ? unet.Names : []);
        return [.. parts.Where(p => p.Key != ModelPart.Vae).SelectMany(p => Of(names, p.Key, p.Value))];
    }

    private static IEnumerable<TargetLayer> Of(LayerNames names, ModelPart part, ITensorStore store)
    {
        const string weight = ".weight";
        var containers = part == ModelPart.Unet ? UnetContainers : TextContainers;
        foreach (var name in store.Names.Where(n => n.EndsWith(weight, StringComparison.Ordinal)))
        {
            var path = name[..^weight.Length];
            var shape = store.Shape(name);
            // One dimension is a norm.
            if (shape.Length > 1 && path.Split('.').Any(containers.Contains))
                yield return new TargetLayer(names.PartOf(part), names.PathOf(part, path), shape);
        }
    }
}
