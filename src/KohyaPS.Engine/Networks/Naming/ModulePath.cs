using KohyaPS.Engine.Checkpoints;
using KohyaPS.Engine.Checkpoints.KeyMaps;

namespace KohyaPS.Engine.Networks.Naming;

/// <summary>A layer that a network changes, and what each program calls it.</summary>
/// <param name="Part">The part of the model.</param>
/// <param name="Path">The layer's dotted path in the words of diffusers, for instance <c>down_blocks.0.attentions.1.proj_in</c>.</param>
internal sealed record ModulePath(ModelPart Part, string Path)
{
    // Words with underscores of their own; all other underscores of a module's name stand for dots.
    private static readonly HashSet<string> Words = new(StringComparer.Ordinal)
    {
        "down_blocks", "mid_block", "up_blocks", "transformer_blocks", "to_q", "to_k", "to_v", "to_out", "proj_in", "proj_out", "time_emb_proj", "conv_in", "conv_out",
        "conv_shortcut", "time_embedding", "linear_1", "linear_2", "add_embedding", "text_model", "self_attn", "q_proj", "k_proj", "v_proj", "out_proj", "text_projection",
        "input_blocks", "middle_block", "output_blocks", "time_embed", "label_emb", "in_layers", "out_layers", "emb_layers", "skip_connection", "norm_out", "conv_norm_out",
        "token_embedding", "position_embedding", "final_layer_norm", "layer_norm1", "layer_norm2",
    };

    private static readonly (string Prefix, ModelPart Part)[] Prefixes =
    [
        ("lora_unet_", ModelPart.Unet), ("oft_unet_", ModelPart.Unet), ("lora_te1_", ModelPart.TextEncoder), ("lora_te2_", ModelPart.TextEncoder2), ("lora_te_", ModelPart.TextEncoder),
    ];

    private const int LongestWord = 4;
    private const string Leaf = ".weight";

    /// <summary>Reads a kohya name, with U-Net layers in the words of diffusers or of the original layout; null where it is none.</summary>
    public static ModulePath? FromKohya(string name)
    {
        foreach (var (prefix, part) in Prefixes)
        {
            if (!name.StartsWith(prefix, StringComparison.Ordinal))
                continue;
            var path = Dotted(name[prefix.Length..]);
            if (part != ModelPart.Unet || !IsOriginal(path))
                return new(part, path);
            return UnetKeyMap.ToDiffusers(path + Leaf) is { } diffusers ? new(part, diffusers[..^Leaf.Length]) : null;
        }
        return null;
    }

    /// <summary>Reads the path of a diffusers or PEFT file, with or without the old words for attention; null where it is none.</summary>
    public static ModulePath? FromDiffusers(string path)
    {
        var (part, rest) = path.StartsWith("unet.", StringComparison.Ordinal) ? (ModelPart.Unet, path["unet.".Length..])
            : path.StartsWith("text_encoder_2.", StringComparison.Ordinal) ? (ModelPart.TextEncoder2, path["text_encoder_2.".Length..])
            : path.StartsWith("text_encoder.", StringComparison.Ordinal) ? (ModelPart.TextEncoder, path["text_encoder.".Length..])
            : (ModelPart.Unet, "");
        if (rest.Length == 0)
            return null;
        var modern = rest.Replace(".processor.", ".", StringComparison.Ordinal);
        if (part == ModelPart.Unet)
            return new(part, modern.EndsWith(".to_out", StringComparison.Ordinal) ? modern + ".0" : modern);
        foreach (var (old, now) in new[] { ("to_q", "q_proj"), ("to_k", "k_proj"), ("to_v", "v_proj"), ("to_out", "out_proj") })
        {
            if (modern.EndsWith(".self_attn." + old, StringComparison.Ordinal))
                return new(part, modern[..^old.Length] + now);
        }
        return new(part, modern);
    }

    /// <summary>The name in a kohya file: SDXL's U-Net layers in the words of the original layout.</summary>
    public string ToKohya(ModelFamily family)
    {
        var path = Part == ModelPart.Unet && family == ModelFamily.Sdxl && UnetKeyMap.ToOriginal(Path + Leaf, i => HasAttention(family, i)) is { } original ? original[..^Leaf.Length] : Path;
        return Prefix(family) + path.Replace('.', '_');
    }

    /// <summary>The kohya name with U-Net layers in the words of diffusers, as other trainers write them for SDXL.</summary>
    public string ToDiffusersStyle(ModelFamily family) => Prefix(family) + Path.Replace('.', '_');

    /// <summary>The key of the weight in a single-file checkpoint, and which third of its rows; null where there is none.</summary>
    public KeyMapping? ToCheckpoint(ModelFamily family)
    {
        var name = Path + Leaf;
        if (Part == ModelPart.Unet)
            return UnetKeyMap.ToOriginal(name, i => HasAttention(family, i)) is { } key ? new(name, SingleFileLayout.UnetPrefix + key) : null;
        return SingleFileLayout.Of(family).Write(Part, [name]).FirstOrDefault();
    }

    /// <summary>The path in the files of diffusers and PEFT.</summary>
    public string ToPeft() => $"{Folder}.{Path}";

    /// <summary>The stem of the keys in files of diffusers before PEFT: up to <c>.down.weight</c> and <c>.up.weight</c>.</summary>
    public string ToLegacy()
    {
        var words = Path.Split('.');
        if (Part == ModelPart.Unet && words is [.. var block, ("attn1" or "attn2") and var attention, var projection] && projection.StartsWith("to_", StringComparison.Ordinal))
            return $"{Folder}.{string.Join('.', block)}.{attention}.processor.{projection}_lora";
        if (Part == ModelPart.Unet && words is [.. var outer, ("attn1" or "attn2") and var last, "to_out", "0"])
            return $"{Folder}.{string.Join('.', outer)}.{last}.processor.to_out_lora";
        if (Part == ModelPart.Unet)
            return $"{Folder}.{Path}.lora";
        return words is [.. var layer, "self_attn", var layerProjection]
            ? $"{Folder}.{string.Join('.', layer)}.self_attn.to_{layerProjection[..^"_proj".Length]}_lora"
            : $"{Folder}.{Path}.lora_linear_layer";
    }

    /// <summary>The key by which diffusers keeps the alpha of a module that it reads from a kohya file.</summary>
    public string ToLegacyAlpha() => ToLegacy() is var stem && stem.EndsWith(".lora", StringComparison.Ordinal) ? $"{stem[..^".lora".Length]}.alpha" : $"{stem}.down.weight.alpha";

    private string Folder => Part.FolderName();

    private string Prefix(ModelFamily family) => Part switch
    {
        ModelPart.Unet => "lora_unet_",
        ModelPart.TextEncoder2 => "lora_te2_",
        _ => family == ModelFamily.Sdxl ? "lora_te1_" : "lora_te_",
    };

    // Where the upsampler of a block stands depends on it.
    private static bool HasAttention(ModelFamily family, int upBlock) => family == ModelFamily.Sdxl ? upBlock <= 1 : upBlock >= 1;

    private static bool IsOriginal(string path) =>
        path.Split('.', 2)[0] is "input_blocks" or "middle_block" or "output_blocks" or "time_embed" or "label_emb" or "out";

    private static string Dotted(string name)
    {
        var pieces = name.Split('_');
        var words = new List<string>();
        for (var i = 0; i < pieces.Length;)
        {
            var length = Enumerable.Range(2, LongestWord - 1).Reverse().FirstOrDefault(n => i + n <= pieces.Length && Words.Contains(string.Join('_', pieces[i..(i + n)])), 1);
            words.Add(string.Join('_', pieces[i..(i + length)]));
            i += length;
        }
        return string.Join('.', words);
    }
}
