using KohyaPS.Safetensors;
using KohyaPS.TensorFiles;

namespace KohyaPS.Networks;

/// <summary>Reads what a network file is, from its header and its alphas; the weights are only hashed.</summary>
public static class LoraNetworkReader
{
    /// <summary>Reads a file.</summary>
    /// <param name="path">A .safetensors file, or one of PyTorch (.pt, .ckpt).</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="CheckpointFormatException">It is damaged, or no network.</exception>
    public static LoraNetwork Read(string path)
    {
        using var file = AnyTensorFile.Open(path);
        var modules = Modules(file);
        if (modules.Count == 0)
            throw new CheckpointFormatException($"'{file.Path}' is no LoRA: none of its {file.Tensors.Count} tensors belongs to a known kind of network. Check that it is the file you meant.");
        var linear = modules.Where(m => m.Dim is not null && !IsSpatial(file, m.Name)).ToList();
        return new()
        {
            Path = file.Path,
            SizeBytes = file.SizeBytes,
            Family = FamilyFinder.Find(file),
            Algorithm = MostCommon(modules.Select(m => m.Algorithm)),
            Dim = (linear.Count > 0 ? linear : modules.Where(m => m.Dim is not null).ToList()) is { Count: > 0 } ranked ? MostCommon(ranked.Select(m => m.Dim!.Value)) : null,
            Alpha = modules.Any(m => m.Alpha is not null) ? MostCommon((linear.Any(m => m.Alpha is not null) ? linear : modules).Where(m => m.Alpha is not null).Select(m => m.Alpha!.Value)) : null,
            Dtype = MostCommon(file.Tensors.Where(e => LoraKey.Parse(e.Name).Algorithm is not null).Select(e => e.Dtype)).ToName(),
            Modules = modules,
            UnetModules = modules.Count(m => !IsTextEncoder(m.Name)),
            TextEncoderModules = modules.Count(m => IsTextEncoder(m.Name)),
            NetworkModule = file.Metadata.TryGetValue("ss_network_module", out var module) && module is not ("None" or "null" or "") ? module : null,
            ModelHash = SafetensorsHashes.OfTensors(file).ModelHash,
            Metadata = file.Metadata,
        };
    }

    private static List<LoraModule> Modules(ITensorFile file)
    {
        var modules = new List<LoraModule>();
        foreach (var group in file.Tensors.Select(e => (Entry: e, Key: LoraKey.Parse(e.Name))).Where(e => e.Key.IsKnown).GroupBy(e => e.Key.Module))
        {
            // A factor called "weight" means something beside on_input only; alone it is a tensor of a model.
            var kinds = group.Where(g => g.Key.Role != "weight").Select(g => g.Key.Algorithm).OfType<LoraAlgorithm>().ToList();
            if (kinds.Count == 0)
                continue;
            var alpha = group.FirstOrDefault(g => g.Key.Role == "alpha").Entry;
            modules.Add(new(group.Key, kinds[0], Rank(group), alpha is { ElementCount: 1 } ? file.ReadFloats(alpha.Name)[0] : null));
        }
        return modules;
    }

    private static int? Rank(IEnumerable<(SafetensorsDeclaration Entry, LoraKey Key)> module)
    {
        long? At(string role, int axis) => module.FirstOrDefault(m => m.Key.Role == role).Entry is { } entry && entry.Shape.Count > axis ? entry.Shape[axis] : null;
        var rank = At("lora_down.weight", 0) ?? At("hada_w1_b", 0) ?? At("lokr_w2_b", 0) ?? At("lokr_w1_b", 0) ?? At("oft_blocks", 0) ?? At("a1.weight", 0) ?? At("lora_up.weight", 1);
        return rank is { } found and <= int.MaxValue ? (int)found : null;
    }

    private static bool IsSpatial(ITensorFile file, string module) =>
        file.TryFind(module + ".lora_down.weight", out var down) && down.Shape is [_, _, > 1, _] or [_, _, _, > 1];

    private static bool IsTextEncoder(string module) =>
        module.StartsWith("lora_te", StringComparison.Ordinal) || module.StartsWith("text_encoder", StringComparison.Ordinal);

    private static T MostCommon<T>(IEnumerable<T> values) => values.GroupBy(v => v).OrderByDescending(g => g.Count()).First().Key;
}
