namespace KohyaPS.Engine.Networks;

/// <summary>
/// The block of the U-Net that a layer belongs to, for ranks and learning rates by block: 25 blocks in diffusers names
/// (12 down, 1 middle, 12 up), 23 in the names of the original SDXL model.
/// </summary>
internal static class BlockIndex
{
    /// <summary>Blocks of SD1 and SD2.</summary>
    public const int DiffusersBlocks = 25;

    /// <summary>Blocks of SDXL.</summary>
    public const int OriginalBlocks = 23;

    /// <summary>How many blocks a U-Net with layers of these paths counts.</summary>
    public static int Count(IEnumerable<string> paths) =>
        paths.Any(p => p.StartsWith("input_blocks.", StringComparison.Ordinal)) ? OriginalBlocks : DiffusersBlocks;

    /// <summary>The block of a layer by its path, dotted or with underscores; -1 where it is in none.</summary>
    public static int Of(string path)
    {
        var words = path.Split('.', '_');
        int Number(int at) => at < words.Length && int.TryParse(words[at], out var n) ? n : -1;
        return (words[0], words.ElementAtOrDefault(1)) switch
        {
            ("down", "blocks") => 1 + Within(words, Number),
            ("mid", "block") => 12,
            ("up", "blocks") => 13 + Within(words, Number),
            ("time", "embed") or ("label", "emb") => 0,
            ("input", "blocks") => 1 + Number(2),
            ("middle", "block") => 10 + Number(2),
            ("output", "blocks") => 13 + Number(2),
            ("out", _) => 22,
            _ => -1,
        };
    }

    // Three layers a block: resnets and attentions count by their index, a sampler stands at the third place.
    private static int Within(string[] words, Func<int, int> number) =>
        3 * number(2) + (words.ElementAtOrDefault(3) is "downsamplers" or "upsamplers" ? 2 : number(4));
}
