using System.Globalization;

namespace KohyaPS.Engine.Checkpoints.KeyMaps;

/// <summary>
/// VAE keys of the original (LDM) layout and their diffusers names; both without the part's prefix. The original numbers the decoder's
/// levels from the finest, diffusers from the coarsest.
/// </summary>
/// <param name="levels">How many levels the decoder has.</param>
internal sealed class VaeKeyMap(int levels)
{
    private static readonly (string Diffusers, string Original)[] Attention =
    [
        ("group_norm", "norm"), ("to_q", "q"), ("to_k", "k"), ("to_v", "v"), ("to_out.0", "proj_out"),
    ];

    // Names of diffusers before 0.17, which the files of the SD1.5 repository still have.
    private static readonly (string Old, string Now)[] OldAttention =
    [
        ("query", "to_q"), ("key", "to_k"), ("value", "to_v"), ("proj_attn", "to_out.0"),
    ];

    /// <summary>A map for the keys of a file: the levels are counted.</summary>
    /// <param name="keys">Original keys without the part's prefix.</param>
    public static VaeKeyMap For(IEnumerable<string> keys) =>
        new(1 + keys.Select(k => k.Split('.')).Select(p => p is ["decoder", "up", var i, ..] ? Index(i) : -1).DefaultIfEmpty(-1).Max());

    /// <summary>True for the weights of the attention's projections: 1x1 convolutions in one layout, matrices in the other.</summary>
    public static bool IsProjection(string diffusersName) =>
        diffusersName.Contains(".mid_block.attentions.", StringComparison.Ordinal) && diffusersName.EndsWith(".weight", StringComparison.Ordinal)
        && !diffusersName.Contains(".group_norm.", StringComparison.Ordinal);

    /// <summary>The present name of a diffusers name that may be an old one.</summary>
    public static string Modernize(string name)
    {
        foreach (var (old, now) in OldAttention)
        {
            if (name.Contains($".attentions.0.{old}.", StringComparison.Ordinal))
                return name.Replace($".attentions.0.{old}.", $".attentions.0.{now}.", StringComparison.Ordinal);
        }
        return name;
    }

    /// <summary>The diffusers name of an original key; null where there is none.</summary>
    public string? ToDiffusers(string key)
    {
        if (key.StartsWith("quant_conv.", StringComparison.Ordinal) || key.StartsWith("post_quant_conv.", StringComparison.Ordinal))
            return key;
        return key.Split('.') switch
        {
            [("encoder" or "decoder") and var coder, ("conv_in" or "conv_out") and var conv, var leaf] => $"{coder}.{conv}.{leaf}",
            [("encoder" or "decoder") and var coder, "norm_out", var leaf] => $"{coder}.conv_norm_out.{leaf}",
            [("encoder" or "decoder") and var coder, "mid", "block_1", .. var rest] => $"{coder}.mid_block.resnets.0.{ResBlock(rest, toOriginal: false)}",
            [("encoder" or "decoder") and var coder, "mid", "block_2", .. var rest] => $"{coder}.mid_block.resnets.1.{ResBlock(rest, toOriginal: false)}",
            [("encoder" or "decoder") and var coder, "mid", "attn_1", var layer, var leaf] when Find(layer) is { } name => $"{coder}.mid_block.attentions.0.{name}.{leaf}",
            ["encoder", "down", var i, "block", var j, .. var rest] => $"encoder.down_blocks.{i}.resnets.{j}.{ResBlock(rest, toOriginal: false)}",
            ["encoder", "down", var i, "downsample", "conv", var leaf] => $"encoder.down_blocks.{i}.downsamplers.0.conv.{leaf}",
            ["decoder", "up", var i, "block", var j, .. var rest] => $"decoder.up_blocks.{Mirror(i)}.resnets.{j}.{ResBlock(rest, toOriginal: false)}",
            ["decoder", "up", var i, "upsample", "conv", var leaf] => $"decoder.up_blocks.{Mirror(i)}.upsamplers.0.conv.{leaf}",
            _ => null,
        };
    }

    /// <summary>The original key of a (present) diffusers name; null where there is none.</summary>
    public string? ToOriginal(string name)
    {
        if (name.StartsWith("quant_conv.", StringComparison.Ordinal) || name.StartsWith("post_quant_conv.", StringComparison.Ordinal))
            return name;
        return name.Split('.') switch
        {
            [("encoder" or "decoder") and var coder, ("conv_in" or "conv_out") and var conv, var leaf] => $"{coder}.{conv}.{leaf}",
            [("encoder" or "decoder") and var coder, "conv_norm_out", var leaf] => $"{coder}.norm_out.{leaf}",
            [("encoder" or "decoder") and var coder, "mid_block", "resnets", var j, .. var rest] => $"{coder}.mid.block_{Index(j) + 1}.{ResBlock(rest, toOriginal: true)}",
            [("encoder" or "decoder") and var coder, "mid_block", "attentions", "0", "to_out", "0", var leaf] => $"{coder}.mid.attn_1.proj_out.{leaf}",
            [("encoder" or "decoder") and var coder, "mid_block", "attentions", "0", var layer, var leaf] when FindOriginal(layer) is { } key => $"{coder}.mid.attn_1.{key}.{leaf}",
            ["encoder", "down_blocks", var i, "resnets", var j, .. var rest] => $"encoder.down.{i}.block.{j}.{ResBlock(rest, toOriginal: true)}",
            ["encoder", "down_blocks", var i, "downsamplers", "0", "conv", var leaf] => $"encoder.down.{i}.downsample.conv.{leaf}",
            ["decoder", "up_blocks", var i, "resnets", var j, .. var rest] => $"decoder.up.{Mirror(i)}.block.{j}.{ResBlock(rest, toOriginal: true)}",
            ["decoder", "up_blocks", var i, "upsamplers", "0", "conv", var leaf] => $"decoder.up.{Mirror(i)}.upsample.conv.{leaf}",
            _ => null,
        };
    }

    private static string? Find(string original) => Attention.FirstOrDefault(a => a.Original == original).Diffusers;

    private static string? FindOriginal(string diffusers) => Attention.FirstOrDefault(a => a.Diffusers == diffusers).Original;

    private static string ResBlock(string[] rest, bool toOriginal) => string.Join('.', rest.Select(r => r switch
    {
        "nin_shortcut" when !toOriginal => "conv_shortcut",
        "conv_shortcut" when toOriginal => "nin_shortcut",
        _ => r,
    }));

    private static int Index(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : -1;

    private int Mirror(string level) => levels - 1 - Index(level);
}
