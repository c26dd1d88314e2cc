using KohyaPS.Engine.Checkpoints;
using KohyaPS.Engine.Checkpoints.KeyMaps;

namespace KohyaPS.Engine.Networks.Tools;

/// <summary>Which tensor of a model each module of a network changes.</summary>
internal static class ModuleAddresses
{
    /// <summary>All names that modules may have, with the part and the diffusers name that each means.</summary>
    /// <param name="checkpoint">The model.</param>
    public static Dictionary<string, (ModelPart Part, string Name)> Of(Checkpoint checkpoint)
    {
        var layout = SingleFileLayout.Of(checkpoint.Family);
        var addresses = new Dictionary<string, (ModelPart, string)>(StringComparer.Ordinal);
        foreach (var part in checkpoint.Parts.Where(p => p.Part != ModelPart.Vae))
        {
            var names = part.ExpectedNames.Where(part.Tensors.Contains).ToList();
            foreach (var mapping in layout.Write(part.Part, names).Where(m => m.Name.EndsWith(".weight", StringComparison.Ordinal)))
            {
                foreach (var prefix in Prefixes(checkpoint.Family, part.Part))
                    addresses.TryAdd(ModuleName(prefix, mapping.Name), (part.Part, mapping.Name));
                // SDXL networks are named by the original layout.
                if (part.Part == ModelPart.Unet && checkpoint.Family == ModelFamily.Sdxl)
                {
                    foreach (var prefix in Prefixes(checkpoint.Family, part.Part))
                        addresses.TryAdd(ModuleName(prefix, mapping.FileKey[SingleFileLayout.UnetPrefix.Length..]), (part.Part, mapping.Name));
                }
            }
        }
        return addresses;
    }

    private static string ModuleName(string prefix, string key) => $"{prefix}_{key[..^".weight".Length].Replace('.', '_')}";

    private static string[] Prefixes(ModelFamily family, ModelPart part) => part switch
    {
        ModelPart.Unet => ["lora_unet", "oft_unet"],
        ModelPart.TextEncoder2 => ["lora_te2"],
        // diffusers calls the only text encoder of SD1 and SD2 the first, too.
        _ => family == ModelFamily.Sdxl ? ["lora_te1"] : ["lora_te", "lora_te1"],
    };
}
