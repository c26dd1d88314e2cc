namespace KohyaPS.Engine.Networks;

/// <summary>Ranks and alphas of the LoRA and OFT adapters in a file.</summary>
internal static class FileRanks
{
    // The first dimension of these tensors is the rank; for OFT the number of blocks.
    private static readonly string[] RankSuffixes = [".lora_down.weight", ".oft_blocks"];

    /// <param name="shapes">Dimensions of each tensor of the file.</param>
    /// <param name="alpha">The number of an alpha tensor by its name; null where it stands for the rank.</param>
    /// <returns>By adapter: its rank, and alpha where the file has one.</returns>
    public static IReadOnlyDictionary<string, (int Rank, double? Alpha)> Of(IReadOnlyDictionary<string, long[]> shapes, Func<string, double?> alpha)
    {
        var ranks = new Dictionary<string, (int, double?)>(StringComparer.Ordinal);
        foreach (var (name, shape) in shapes)
        {
            if (RankSuffixes.FirstOrDefault(s => name.EndsWith(s, StringComparison.Ordinal)) is not { } suffix || shape is not [> 0 and <= int.MaxValue, ..])
                continue;
            var adapter = name[..^suffix.Length];
            ranks[adapter] = ((int)shape[0], shapes.ContainsKey(adapter + ".alpha") ? alpha(adapter + ".alpha") : null);
        }
        return ranks;
    }
}
