using KohyaPS.Safetensors;
using KohyaPS.TensorFiles;

namespace KohyaPS.Networks;

/// <summary>
/// Tells the generation of the model that a network belongs to. The tensors decide: names in the metadata are often wrong. Where the widths
/// are those of no published model, the way the layers are named and the metadata decide.
/// </summary>
internal static class FamilyFinder
{
    private static readonly string[] Diffusers = ["down_blocks", "mid_block", "up_blocks"];
    private static readonly string[] Original = ["input_blocks", "middle_block", "output_blocks"];

    /// <summary>The generation; null where the layers are of another kind of model.</summary>
    public static ModelFamily? Find(ITensorFile file)
    {
        var names = file.Tensors.Select(e => LoraKey.Parse(e.Name).Module).ToHashSet(StringComparer.Ordinal);
        var isDiffusers = names.Any(n => Diffusers.Any(d => n.Contains(d, StringComparison.Ordinal)));
        var isOriginal = names.Any(n => Original.Any(o => n.Contains(o, StringComparison.Ordinal)));
        var isText = names.Any(n => n.Contains("text_model", StringComparison.Ordinal));
        if (!isDiffusers && !isOriginal && !isText)
            return null;
        foreach (var entry in file.Tensors)
        {
            if (ByWidth(entry) is { } family)
                return family;
        }
        if (isOriginal || names.Any(n => n.StartsWith("lora_te2", StringComparison.Ordinal)))
            return ModelFamily.Sdxl;
        var version = file.Metadata.GetValueOrDefault("ss_base_model_version", "");
        if (version.StartsWith("sdxl", StringComparison.Ordinal))
            return ModelFamily.Sdxl;
        return file.Metadata.GetValueOrDefault("ss_v2") == "True" || version.StartsWith("sd_v2", StringComparison.Ordinal) ? ModelFamily.Sd2 : ModelFamily.Sd1;
    }

    // What the down matrix takes in is the width of the text states (second attention of a block) or of the text encoder.
    private static ModelFamily? ByWidth(SafetensorsDeclaration entry)
    {
        var key = LoraKey.Parse(entry.Name);
        if (key.Role != "lora_down.weight" || entry.Shape is not [_, var width, ..])
            return null;
        if (key.Module.EndsWith("attn2_to_k", StringComparison.Ordinal) || key.Module.EndsWith("attn2_to_v", StringComparison.Ordinal)
            || key.Module.EndsWith("attn2.to_k", StringComparison.Ordinal) || key.Module.EndsWith("attn2.to_v", StringComparison.Ordinal)
            || key.Module.EndsWith("attn2.processor.to_k", StringComparison.Ordinal) || key.Module.EndsWith("attn2.processor.to_v", StringComparison.Ordinal))
        {
            return width switch
            {
                768 => ModelFamily.Sd1,
                1024 => ModelFamily.Sd2,
                2048 => ModelFamily.Sdxl,
                _ => null,
            };
        }
        // lora_te1 is SDXL's first encoder, but also what diffusers calls SD1's only one: it decides nothing.
        return key.Module.StartsWith("lora_te_", StringComparison.Ordinal) && key.Module.EndsWith("self_attn_q_proj", StringComparison.Ordinal)
            ? width switch { 768 => ModelFamily.Sd1, 1024 => ModelFamily.Sd2, _ => null }
            : null;
    }
}
