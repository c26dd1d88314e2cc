using System.Globalization;

namespace KohyaPS.Engine.Checkpoints.KeyMaps;

/// <summary>
/// U-Net keys of the original (LDM) layout and their diffusers names; both without the part's prefix. The original numbers the blocks
/// through: a level has two ResBlocks and a downsampler (or three ResBlocks, the last with an upsampler).
/// </summary>
internal static class UnetKeyMap
{
    private const int BlocksPerLevel = 3;

    private static readonly (string Diffusers, string Original)[] Fixed =
    [
        ("conv_in", "input_blocks.0.0"),
        ("time_embedding.linear_1", "time_embed.0"),
        ("time_embedding.linear_2", "time_embed.2"),
        ("add_embedding.linear_1", "label_emb.0.0"),
        ("add_embedding.linear_2", "label_emb.0.2"),
        ("conv_norm_out", "out.0"),
        ("conv_out", "out.2"),
    ];

    private static readonly (string Diffusers, string Original)[] ResBlock =
    [
        ("norm1", "in_layers.0"),
        ("conv1", "in_layers.2"),
        ("time_emb_proj", "emb_layers.1"),
        ("norm2", "out_layers.0"),
        ("conv2", "out_layers.3"),
        ("conv_shortcut", "skip_connection"),
    ];

    /// <summary>The diffusers name of an original key; null where there is none.</summary>
    public static string? ToDiffusers(string key)
    {
        foreach (var (diffusers, original) in Fixed)
        {
            if (KeyPath.TryTail(key, original, out var rest))
                return $"{diffusers}.{rest}";
        }
        return KeyPath.Split(key) switch
        {
            ("input_blocks", var n and > 0, 0, var tail) when n % BlocksPerLevel == 0 && KeyPath.TryTail(tail, "op", out var rest) =>
                $"down_blocks.{(n / BlocksPerLevel) - 1}.downsamplers.0.conv.{rest}",
            ("input_blocks", var n and > 0, var s, var tail) when n % BlocksPerLevel != 0 =>
                Layer($"down_blocks.{(n - 1) / BlocksPerLevel}", (n - 1) % BlocksPerLevel, s, tail),
            ("middle_block", 1, _, _) => KeyPath.TryTail(key, "middle_block.1", out var rest) ? $"mid_block.attentions.0.{rest}" : null,
            ("middle_block", 0 or 2, _, _) => MiddleResBlock(key),
            ("output_blocks", var n, 1 or 2, var tail) when n % BlocksPerLevel == BlocksPerLevel - 1 && KeyPath.TryTail(tail, "conv", out var rest) =>
                $"up_blocks.{n / BlocksPerLevel}.upsamplers.0.conv.{rest}",
            ("output_blocks", var n, var s, var tail) => Layer($"up_blocks.{n / BlocksPerLevel}", n % BlocksPerLevel, s, tail),
            _ => null,
        };
    }

    /// <summary>The original key of a diffusers name; null where there is none.</summary>
    /// <param name="name">The name, without the part's prefix.</param>
    /// <param name="hasAttention">Whether the up block of that index has attention: the upsampler's place depends on it.</param>
    public static string? ToOriginal(string name, Func<int, bool> hasAttention)
    {
        foreach (var (diffusers, original) in Fixed)
        {
            if (KeyPath.TryTail(name, diffusers, out var rest))
                return $"{original}.{rest}";
        }
        var parts = name.Split('.', 5);
        if (name.StartsWith("mid_block.", StringComparison.Ordinal))
            parts = ["mid_block", "0", .. name.Split('.', 4).Skip(1)];
        if (parts.Length != 5 || !TryIndex(parts[1], out var level) || !TryIndex(parts[3], out var layer))
            return null;
        var (kind, tail) = (parts[2], parts[4]);
        var resBlock = kind == "resnets" ? Rename(tail, toOriginal: true) : null;
        return (parts[0], kind) switch
        {
            ("down_blocks", "resnets") when resBlock is not null => $"input_blocks.{(BlocksPerLevel * level) + layer + 1}.0.{resBlock}",
            ("down_blocks", "attentions") => $"input_blocks.{(BlocksPerLevel * level) + layer + 1}.1.{tail}",
            ("down_blocks", "downsamplers") when KeyPath.TryTail(tail, "conv", out var rest) => $"input_blocks.{BlocksPerLevel * (level + 1)}.0.op.{rest}",
            ("mid_block", "resnets") when resBlock is not null => $"middle_block.{2 * layer}.{resBlock}",
            ("mid_block", "attentions") => $"middle_block.1.{tail}",
            ("up_blocks", "resnets") when resBlock is not null => $"output_blocks.{(BlocksPerLevel * level) + layer}.0.{resBlock}",
            ("up_blocks", "attentions") => $"output_blocks.{(BlocksPerLevel * level) + layer}.1.{tail}",
            ("up_blocks", "upsamplers") => $"output_blocks.{(BlocksPerLevel * level) + 2}.{(hasAttention(level) ? 2 : 1)}.{tail}",
            _ => null,
        };
    }

    private static string? Layer(string block, int layer, int slot, string tail) => slot switch
    {
        0 when Rename(tail, toOriginal: false) is { } renamed => $"{block}.resnets.{layer}.{renamed}",
        1 => $"{block}.attentions.{layer}.{tail}",
        _ => null,
    };

    private static string? MiddleResBlock(string key) =>
        KeyPath.TryTail(key, "middle_block.0", out var first) && Rename(first, toOriginal: false) is { } a ? $"mid_block.resnets.0.{a}"
        : KeyPath.TryTail(key, "middle_block.2", out var second) && Rename(second, toOriginal: false) is { } b ? $"mid_block.resnets.1.{b}"
        : null;

    private static string? Rename(string tail, bool toOriginal)
    {
        foreach (var (diffusers, original) in ResBlock)
        {
            if (KeyPath.TryTail(tail, toOriginal ? diffusers : original, out var rest))
                return $"{(toOriginal ? original : diffusers)}.{rest}";
        }
        return null;
    }

    private static bool TryIndex(string text, out int index) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out index);
}
