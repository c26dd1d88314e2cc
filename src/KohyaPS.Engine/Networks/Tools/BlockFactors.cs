using System.Text.Json;

namespace KohyaPS.Engine.Networks.Tools;

/// <summary>
/// Factors on the blocks of a network (--lbws of sd-scripts): text encoders, 12 input blocks, the middle, 12 output blocks. Shorter lists name the
/// blocks that have attention; the others keep a factor of 1.
/// </summary>
public sealed class BlockFactors
{
    /// <summary>Number of all positions.</summary>
    public const int Positions = 26;

    private const string UnetPrefix = "lora_unet_";
    private const string OftPrefix = "oft_unet_";
    private const int Base = 0, Middle = 13, Output = 14;

    private static readonly Dictionary<int, int[]> Forms = new()
    {
        [12] = [0, 5, 6, 8, 9, 13, 14, 15, 16, 17, 18, 19],
        [17] = [0, 2, 3, 5, 6, 8, 9, 13, 17, 18, 19, 20, 21, 22, 23, 24, 25],
        [20] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22],
        [Positions] = [.. Enumerable.Range(0, Positions)],
    };

    private readonly double[] factors;
    private readonly HashSet<int> named;

    /// <param name="list">12, 17, 20 or 26 factors.</param>
    /// <exception cref="ArgumentException">It has another length.</exception>
    public BlockFactors(IReadOnlyList<double> list)
    {
        if (!Forms.TryGetValue(list.Count, out var positions))
            throw new ArgumentException($"A list of {list.Count} block weights fits no model. Give {InWords} numbers: 12 or 20 for SDXL, 17 or 26 for SD 1.x and 2.x.", nameof(list));
        if (list.Any(f => !double.IsFinite(f)))
            throw new ArgumentException("A block weight is not a finite number. Give numbers such as 0, 0.5 or 1.", nameof(list));
        factors = [.. Enumerable.Repeat(1.0, Positions)];
        for (var i = 0; i < positions.Length; i++)
            factors[positions[i]] = list[i];
        named = [.. positions];
        IsOriginalNaming = list.Count is 12 or 20;
    }

    /// <summary>The lengths that there are, for messages.</summary>
    public static string InWords => "12, 17, 20 or 26";

    /// <summary>The factors of all positions.</summary>
    public IReadOnlyList<double> Factors => factors;

    /// <summary>The positions that the list names.</summary>
    public IReadOnlyCollection<int> Named => named;

    /// <summary>True for lists that are meant for SDXL, whose modules have the names of the original layout.</summary>
    public bool IsOriginalNaming { get; }

    /// <summary>The factor on a module.</summary>
    /// <param name="module">Its name, for instance <c>lora_unet_input_blocks_4_1_proj_in</c>.</param>
    /// <param name="isOriginal">True where U-Net modules have the names of the original layout (SDXL), false for those of diffusers.</param>
    public double Of(string module, bool isOriginal)
    {
        var name = module.StartsWith(OftPrefix, StringComparison.Ordinal) ? UnetPrefix + module[OftPrefix.Length..] : module;
        // Files of other programs name SDXL's layers in the words of diffusers.
        return Position(isOriginal ? LayerNames.ToOriginal(name) : name, isOriginal) is var at and >= 0 && named.Contains(at) ? factors[at] : 1;
    }

    /// <summary>Reads lists as sd-scripts takes them: one JSON list a network, all of one length.</summary>
    /// <param name="texts">The lists.</param>
    /// <param name="networks">How many networks there are.</param>
    /// <exception cref="ArgumentException">They are no such lists.</exception>
    public static IReadOnlyList<double[]> Parse(IReadOnlyList<string> texts, int networks)
    {
        var lists = texts.Select(ParseOne).ToList();
        if (lists.Count != networks)
            throw new ArgumentException($"There are {networks} networks and {lists.Count} lists of block weights. Give one list for each.", nameof(texts));
        if (lists.Select(l => l.Length).Distinct().Count() > 1)
            throw new ArgumentException("The lists of block weights have different lengths. Give all of them the same length.", nameof(texts));
        foreach (var list in lists)
            _ = new BlockFactors(list);
        return lists;
    }

    /// <summary>The position of a module; -1 where it has none.</summary>
    /// <inheritdoc cref="Of"/>
    public static int Position(string module, bool isOriginal)
    {
        if (module.Contains("text_model_encoder_", StringComparison.Ordinal))
            return Base;
        return isOriginal ? Original(module) : Diffusers(module);
    }

    private static double[] ParseOne(string text)
    {
        ArgumentException Wrong(Exception? inner = null) => new($"'{text}' is no list of block weights. Give {InWords} numbers in brackets, such as [1,0,0.5,...].", nameof(text), inner);
        try
        {
            using var json = JsonDocument.Parse(text);
            if (json.RootElement.ValueKind != JsonValueKind.Array)
                throw Wrong();
            return [.. json.RootElement.EnumerateArray().Select(e => e.ValueKind switch
            {
                JsonValueKind.Number => e.GetDouble(),
                // A switch, as sd-scripts takes it.
                JsonValueKind.True => 1,
                JsonValueKind.False => 0,
                _ => throw Wrong(),
            })];
        }
        catch (JsonException e)
        {
            throw Wrong(e);
        }
    }

    private static int Original(string module)
    {
        if (!module.StartsWith(UnetPrefix, StringComparison.Ordinal))
            return -1;
        var name = module[UnetPrefix.Length..];
        if (name.StartsWith("time_embed_", StringComparison.Ordinal) || name.StartsWith("label_emb_", StringComparison.Ordinal))
            return 1;
        if (name.StartsWith("middle_block_", StringComparison.Ordinal))
            return Middle;
        if (name.StartsWith("out_", StringComparison.Ordinal))
            return 23;
        if (Number(name, "input_blocks_") is { } input)
            return input < Middle - 1 ? 1 + input : -1;
        return Number(name, "output_blocks_") is { } output && output < Positions - Output ? Output + output : -1;
    }

    // {down|up}_blocks_i_KIND_j_: resnets and attentions count by their index, a sampler closes its block.
    private static int Diffusers(string module)
    {
        if (module.Contains("mid_block_", StringComparison.Ordinal))
            return Middle;
        foreach (var (side, first) in new[] { ("down_blocks_", 2), ("up_blocks_", Output) })
        {
            var at = module.IndexOf(side, StringComparison.Ordinal);
            if (at < 0)
                continue;
            var words = module[(at + side.Length)..].Split('_');
            if (words.Length < 3 || !int.TryParse(words[0], out var block) || !int.TryParse(words[2], out var layer))
                return -1;
            var position = words[1] switch
            {
                "resnets" or "attentions" => first + (3 * block) + layer,
                "downsamplers" => first == Output ? -1 : 1 + (3 * (block + 1)),
                "upsamplers" => first + (3 * block) + 2,
                _ => -1,
            };
            return position < Positions ? position : -1;
        }
        return -1;
    }

    private static int? Number(string name, string prefix) =>
        name.StartsWith(prefix, StringComparison.Ordinal) && int.TryParse(name[prefix.Length..].Split('_')[0], out var number) && number >= 0 ? number : null;
}
