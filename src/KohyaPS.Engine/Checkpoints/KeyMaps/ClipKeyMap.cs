namespace KohyaPS.Engine.Checkpoints.KeyMaps;

/// <summary>
/// Text-encoder keys of the OpenCLIP layout (SD2, SDXL's second encoder) and their transformers names; both without the part's prefix.
/// OpenCLIP fuses query, key and value into one matrix, and stores the text projection transposed.
/// </summary>
internal static class ClipKeyMap
{
    private static readonly (string Transformers, string OpenClip)[] Layer =
    [
        ("layer_norm1", "ln_1"), ("layer_norm2", "ln_2"), ("self_attn.out_proj", "attn.out_proj"), ("mlp.fc1", "mlp.c_fc"), ("mlp.fc2", "mlp.c_proj"),
    ];

    private static readonly (string Transformers, string OpenClip)[] Fixed =
    [
        ("text_model.embeddings.token_embedding.weight", "token_embedding.weight"),
        ("text_model.embeddings.position_embedding.weight", "positional_embedding"),
        ("text_model.final_layer_norm.weight", "ln_final.weight"),
        ("text_model.final_layer_norm.bias", "ln_final.bias"),
    ];

    private static readonly (string Name, KeyOperation Operation)[] Fused =
    [
        ("q_proj", KeyOperation.RowsQ), ("k_proj", KeyOperation.RowsK), ("v_proj", KeyOperation.RowsV),
    ];

    /// <summary>A transformers name, with the <c>text_model.</c> that some SD1 files lack.</summary>
    public static string Normalize(string name) =>
        name.StartsWith("embeddings.", StringComparison.Ordinal) || name.StartsWith("encoder.", StringComparison.Ordinal)
        || name.StartsWith("final_layer_norm.", StringComparison.Ordinal)
            ? "text_model." + name
            : name;

    /// <summary>The tensors that an OpenCLIP key holds; empty where it holds none that is used.</summary>
    public static IEnumerable<(string Name, KeyOperation Operation)> FromOpenClip(string key)
    {
        if (key == "text_projection")
            return [("text_projection.weight", KeyOperation.Transpose)];
        // Playground v2 names it so, already turned.
        if (key == "text_projection.weight")
            return [(key, KeyOperation.Same)];
        if (Fixed.FirstOrDefault(f => f.OpenClip == key).Transformers is { } known)
            return [(known, KeyOperation.Same)];
        if (key.Split('.', 4) is not ["transformer", "resblocks", var layer, var tail])
            return [];
        var prefix = $"text_model.encoder.layers.{layer}";
        if (tail is "attn.in_proj_weight" or "attn.in_proj_bias")
        {
            var leaf = tail["attn.in_proj_".Length..];
            return Fused.Select(f => ($"{prefix}.self_attn.{f.Name}.{leaf}", f.Operation));
        }
        foreach (var (transformers, openClip) in Layer)
        {
            if (KeyPath.TryTail(tail, openClip, out var leaf))
                return [($"{prefix}.{transformers}.{leaf}", KeyOperation.Same)];
        }
        return [];
    }

    /// <summary>The OpenCLIP key that holds a transformers tensor; null where there is none.</summary>
    public static (string Key, KeyOperation Operation)? ToOpenClip(string name)
    {
        if (name == "text_projection.weight")
            return ("text_projection", KeyOperation.Transpose);
        if (Fixed.FirstOrDefault(f => f.Transformers == name).OpenClip is { } known)
            return (known, KeyOperation.Same);
        if (name.Split('.', 5) is not ["text_model", "encoder", "layers", var layer, var tail])
            return null;
        var prefix = $"transformer.resblocks.{layer}";
        foreach (var (fused, operation) in Fused)
        {
            if (KeyPath.TryTail(tail, $"self_attn.{fused}", out var leaf))
                return ($"{prefix}.attn.in_proj_{leaf}", operation);
        }
        foreach (var (transformers, openClip) in Layer)
        {
            if (KeyPath.TryTail(tail, transformers, out var leaf))
                return ($"{prefix}.{openClip}.{leaf}", KeyOperation.Same);
        }
        return null;
    }
}
