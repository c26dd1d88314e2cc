using System.Globalization;
using KohyaPS.Safetensors;
using KohyaPS.TensorFiles;

namespace KohyaPS.Networks;

/// <summary>Looks for what makes a network file useless or doubtful.</summary>
public static class LoraNetworkCheck
{
    /// <summary>Checks a file; an empty list means that nothing was found.</summary>
    /// <param name="path">A .safetensors file, or one of PyTorch (.pt, .ckpt).</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="CheckpointFormatException">It cannot be read at all.</exception>
    public static IReadOnlyList<LoraFinding> Run(string path)
    {
        using var file = AnyTensorFile.Open(path);
        var keys = file.Tensors.Select(e => (Entry: e, Key: LoraKey.Parse(e.Name))).ToList();
        if (!keys.Any(k => k.Key.Algorithm is not null && k.Key.Role != "weight"))
        {
            return [new(file.Path, "NotANetwork", null, $"None of its {file.Tensors.Count} tensors belongs to a known kind of network.",
                "Check that it is the file you meant; a model is looked at by the cmdlets that take a checkpoint.")];
        }
        var findings = new List<LoraFinding>();
        findings.AddRange(keys.Where(k => !k.Key.IsKnown).Select(k => new LoraFinding(file.Path, "UnknownTensor", k.Entry.Name,
            "The tensor belongs to no known kind of network; programs ignore it or refuse the file.", "Ask the author which program it is for.", IsWarning: true)));
        foreach (var module in keys.Where(k => k.Key.IsKnown).GroupBy(k => k.Key.Module))
            findings.AddRange(Module(file, module.Key, module.ToDictionary(m => m.Key.Role, m => m.Entry)));
        findings.AddRange(keys.Where(k => k.Key.Algorithm is not null).SelectMany(k => Numbers(file, k.Entry)));
        findings.AddRange(Hash(file));
        return findings;
    }

    private static IEnumerable<LoraFinding> Module(ITensorFile file, string module, Dictionary<string, SafetensorsDeclaration> roles)
    {
        roles.TryGetValue("lora_down.weight", out var down);
        roles.TryGetValue("lora_up.weight", out var up);
        if (down is null != up is null)
        {
            yield return new(file.Path, "MissingPair", module, $"The module has only its {(down is null ? "up" : "down")} matrix.",
                "The file was cut or merged wrongly: get it again, or save it again from the program that made it.");
        }
        if (down is not null && up is not null && (down.Shape.Count < 2 || up.Shape.Count < 2 || down.Shape[0] != up.Shape[1]) && !roles.ContainsKey("lora_mid.weight"))
        {
            yield return new(file.Path, "RankMismatch", module,
                $"The down matrix [{string.Join(", ", down.Shape)}] and the up matrix [{string.Join(", ", up.Shape)}] do not fit together.",
                "The file was merged wrongly: get it again, or save it again from the program that made it.");
        }
        if (roles.Keys.All(r => r is "alpha" or "dora_scale"))
        {
            yield return new(file.Path, "MissingWeights", module, "The module has a scale but no weights.",
                "The file was cut: get it again, or save it again from the program that made it.");
        }
        if (!roles.TryGetValue("alpha", out var alpha))
            yield break;
        if (alpha.ElementCount != 1 || !float.IsFinite(file.ReadFloats(alpha.Name)[0]))
        {
            yield return new(file.Path, "BadAlpha", module, "Its alpha is not one finite number.", "Save the network again from the program that made it.");
        }
        else if (file.ReadFloats(alpha.Name)[0] == 0)
        {
            yield return new(file.Path, "ZeroAlpha", module, "Its alpha is 0: some programs take that as the rank, others switch the module off.",
                "Save the network again with the alpha that is meant.", IsWarning: true);
        }
    }

    private static IEnumerable<LoraFinding> Numbers(ITensorFile file, SafetensorsDeclaration entry)
    {
        if (!entry.Dtype.IsFloatingPoint() || entry.ElementCount == 0)
            yield break;
        var values = file.ReadFloats(entry.Name);
        var bad = values.Count(v => !float.IsFinite(v));
        if (bad > 0)
        {
            yield return new(file.Path, "NotFinite", entry.Name, string.Create(CultureInfo.InvariantCulture, $"{bad} of its {values.Length} numbers are NaN or infinite."),
                "The training diverged: use an earlier save, or train again with a lower learning rate or in bf16 instead of fp16.");
        }
        else if (entry.Name.EndsWith("lora_up.weight", StringComparison.Ordinal) && values.All(v => v == 0))
        {
            yield return new(file.Path, "Untrained", entry.Name, "The up matrix is all zeros: the module changes nothing.",
                "If all modules are so, the network was never trained; check the learning rates of the run.", IsWarning: true);
        }
    }

    private static IEnumerable<LoraFinding> Hash(ITensorFile file)
    {
        if (!file.Metadata.TryGetValue("sshs_model_hash", out var stated) || string.IsNullOrEmpty(stated))
            yield break;
        // LyCORIS writes a hash of its own, of the tensors in the order of the training.
        if (stated.StartsWith("0x", StringComparison.Ordinal))
            yield break;
        var actual = SafetensorsHashes.OfTensors(file).ModelHash;
        if (!stated.Equals(actual, StringComparison.OrdinalIgnoreCase))
        {
            yield return new(file.Path, "HashMismatch", null, $"The header says that the weights have the hash {stated}, but they have {actual}.",
                "The weights were changed after training (resized, merged or cast by a tool that keeps the old hash), or the file is damaged: compare with the author's copy.", IsWarning: true);
        }
    }
}
