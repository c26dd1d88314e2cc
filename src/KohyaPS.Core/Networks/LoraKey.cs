namespace KohyaPS.Networks;

/// <summary>A key of a network file, taken apart: the module it belongs to and what it is there.</summary>
/// <param name="Module">Name of the module.</param>
/// <param name="Role">The rest of the key in the words of kohya: lora_down.weight, alpha, hada_w1_a, ...</param>
internal readonly record struct LoraKey(string Module, string Role)
{
    // Spellings of other trainers, with the word of kohya for each.
    private static readonly (string Suffix, string Role)[] OtherSpellings =
    [
        (".lora_A.weight", "lora_down.weight"), (".lora_B.weight", "lora_up.weight"),
        (".lora_A.default.weight", "lora_down.weight"), (".lora_B.default.weight", "lora_up.weight"),
        ("_lora.down.weight", "lora_down.weight"), ("_lora.up.weight", "lora_up.weight"),
        (".lora.down.weight", "lora_down.weight"), (".lora.up.weight", "lora_up.weight"),
        (".lora_linear_layer.down.weight", "lora_down.weight"), (".lora_linear_layer.up.weight", "lora_up.weight"),
        (".lora_magnitude_vector", "dora_scale"), (".lora_magnitude_vector.weight", "dora_scale"),
    ];

    private static readonly Dictionary<string, LoraAlgorithm> Algorithms = new(StringComparer.Ordinal)
    {
        ["lora_down.weight"] = LoraAlgorithm.Lora, ["lora_up.weight"] = LoraAlgorithm.Lora, ["lora_mid.weight"] = LoraAlgorithm.Lora,
        ["hada_w1_a"] = LoraAlgorithm.LoHa, ["hada_w1_b"] = LoraAlgorithm.LoHa, ["hada_w2_a"] = LoraAlgorithm.LoHa,
        ["hada_w2_b"] = LoraAlgorithm.LoHa, ["hada_t1"] = LoraAlgorithm.LoHa, ["hada_t2"] = LoraAlgorithm.LoHa,
        ["lokr_w1"] = LoraAlgorithm.LoKr, ["lokr_w1_a"] = LoraAlgorithm.LoKr, ["lokr_w1_b"] = LoraAlgorithm.LoKr,
        ["lokr_w2"] = LoraAlgorithm.LoKr, ["lokr_w2_a"] = LoraAlgorithm.LoKr, ["lokr_w2_b"] = LoraAlgorithm.LoKr, ["lokr_t2"] = LoraAlgorithm.LoKr,
        ["on_input"] = LoraAlgorithm.Ia3, ["weight"] = LoraAlgorithm.Ia3,
        ["diff"] = LoraAlgorithm.Full, ["diff_b"] = LoraAlgorithm.Full,
        ["w_norm"] = LoraAlgorithm.Norm, ["b_norm"] = LoraAlgorithm.Norm,
        ["oft_blocks"] = LoraAlgorithm.Oft, ["oft_diag"] = LoraAlgorithm.Oft, ["rescale"] = LoraAlgorithm.Oft,
        ["a1.weight"] = LoraAlgorithm.GLora, ["a2.weight"] = LoraAlgorithm.GLora, ["b1.weight"] = LoraAlgorithm.GLora,
        ["b2.weight"] = LoraAlgorithm.GLora, ["bm.weight"] = LoraAlgorithm.GLora,
    };

    /// <summary>The algorithm that has such a tensor; null for alpha, dora_scale and what is not known.</summary>
    public LoraAlgorithm? Algorithm => Algorithms.TryGetValue(Role, out var found) ? found : null;

    /// <summary>True for a tensor that belongs to any network.</summary>
    public bool IsKnown => Algorithm is not null || Role is "alpha" or "dora_scale" or "bias_indices" or "bias_values" or "bias_size";

    /// <summary>Takes a key apart.</summary>
    public static LoraKey Parse(string key)
    {
        foreach (var (suffix, role) in OtherSpellings)
        {
            if (key.Length > suffix.Length && key.EndsWith(suffix, StringComparison.Ordinal))
                return new(key[..^suffix.Length], role);
        }
        // A kohya module has no dot; modules of other trainers are dotted paths, whose role is one of the known words.
        var dot = key.IndexOf('.', StringComparison.Ordinal);
        if (dot > 0 && key[..dot].Contains('_', StringComparison.Ordinal) && new LoraKey(key[..dot], key[(dot + 1)..]) is { IsKnown: true } kohya)
            return kohya;
        for (var at = key.Length; (at = key.LastIndexOf('.', at - 1)) > 0;)
        {
            var dotted = new LoraKey(key[..at], key[(at + 1)..]);
            if (dotted.IsKnown && dotted.Role != "weight")
                return dotted;
        }
        return dot > 0 ? new(key[..dot], key[(dot + 1)..]) : new(key, "");
    }
}
