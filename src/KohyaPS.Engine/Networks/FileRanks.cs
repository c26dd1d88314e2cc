namespace KohyaPS.Engine.Networks;

/// <summary>Ranks and alphas of the LoRA adapters in a file.</summary>
internal static class FileRanks
{
    private const string DownSuffix = ".lora_down.weight";

    /// <param name="shapes">Dimensions of each tensor of the file.</param>
    /// <param name="alpha">The number of an alpha tensor by its name; null where it stands for the rank.</param>
    /// <returns>By adapter: its rank, and alpha where the file has one.</returns>
    public static IReadOnlyDictionary<string, (int Rank, double? Alpha)> Of(IReadOnlyDictionary<string, long[]> shapes, Func<string, double?> alpha) =>
        shapes.Where(s => s.Key.EndsWith(DownSuffix, StringComparison.Ordinal)).ToDictionary(
            s => s.Key[..^DownSuffix.Length],
            s => ((int)s.Value[0], shapes.ContainsKey(s.Key[..^DownSuffix.Length] + ".alpha") ? alpha(s.Key[..^DownSuffix.Length] + ".alpha") : null));
}
