namespace KohyaPS.Engine.Networks;

/// <summary>
/// The order of adapters in sd-scripts: text encoders, then the U-Net as its classes register their children. It decides the order of
/// parameter groups; names decide everything else.
/// </summary>
internal static class TargetOrder
{
    // Children that stand beside each other, in the order of registration; a name that is not here keeps its place in the model.
    private static readonly Dictionary<string, int> Ranks = new(StringComparer.Ordinal)
    {
        ["down_blocks"] = 0, ["up_blocks"] = 1, ["mid_block"] = 2,
        ["input_blocks"] = 0, ["middle_block"] = 1, ["output_blocks"] = 2,
        ["attentions"] = 0, ["resnets"] = 1, ["downsamplers"] = 2, ["upsamplers"] = 2,
        ["proj_in"] = 0, ["transformer_blocks"] = 1, ["proj_out"] = 2,
        ["attn1"] = 0, ["ff"] = 1, ["attn2"] = 2,
        ["to_q"] = 0, ["to_k"] = 1, ["to_v"] = 2, ["to_out"] = 3,
        ["conv1"] = 0, ["time_emb_proj"] = 1, ["conv2"] = 2, ["conv_shortcut"] = 3,
        ["in_layers"] = 0, ["emb_layers"] = 1, ["out_layers"] = 2, ["skip_connection"] = 3,
        ["self_attn"] = 0, ["mlp"] = 1,
        ["k_proj"] = 0, ["v_proj"] = 1, ["q_proj"] = 2, ["out_proj"] = 3,
        ["fc1"] = 0, ["fc2"] = 1,
    };

    /// <summary>The targets in that order.</summary>
    public static IReadOnlyList<TargetLayer> Sort(IEnumerable<TargetLayer> targets) =>
        [.. targets.Select(target => (target, key: Key(target))).OrderBy(t => t.key, Comparer).Select(t => t.target)];

    private static readonly IComparer<int[]> Comparer = Comparer<int[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b));

    private static int[] Key(TargetLayer target) =>
        [(int)target.Part, .. target.Path.Split('.').Select(word => int.TryParse(word, out var number) ? number : Ranks.GetValueOrDefault(word))];
}
