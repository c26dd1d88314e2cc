using System.Text.Json;
using System.Text.Json.Nodes;

namespace KohyaPS.Engine.Checkpoints.Structure;

/// <summary>Which tensors a U-Net of a given configuration has, and the configuration of one that came without (a single file).</summary>
internal static class UnetStructure
{
    private static readonly string[] Attention =
    [
        "norm.weight", "norm.bias", "proj_in.weight", "proj_in.bias", "proj_out.weight", "proj_out.bias",
    ];

    private static readonly string[] TransformerBlock =
    [
        "attn1.to_q.weight", "attn1.to_k.weight", "attn1.to_v.weight", "attn1.to_out.0.weight", "attn1.to_out.0.bias",
        "attn2.to_q.weight", "attn2.to_k.weight", "attn2.to_v.weight", "attn2.to_out.0.weight", "attn2.to_out.0.bias",
        "ff.net.0.proj.weight", "ff.net.0.proj.bias", "ff.net.2.weight", "ff.net.2.bias",
        "norm1.weight", "norm1.bias", "norm2.weight", "norm2.bias", "norm3.weight", "norm3.bias",
    ];

    private static readonly string[] ResBlock = ["norm1", "conv1", "time_emb_proj", "norm2", "conv2"];

    /// <summary>The names of all tensors.</summary>
    /// <param name="config">The part's config.json.</param>
    public static IEnumerable<string> Names(JsonElement config)
    {
        var fields = new StructureFields(config, "unet/config.json");
        var channels = fields.Integers("block_out_channels");
        var layers = fields.Integer("layers_per_block", 2);
        var down = fields.Texts("down_block_types");
        var up = fields.Texts("up_block_types");
        var depths = fields.IntegerOrList("transformer_layers_per_block", channels.Count, 1);
        if (down.Count != channels.Count || up.Count != channels.Count)
            throw fields.Wrong("block_out_channels", "has another length than down_block_types or up_block_types");
        var last = channels.Count - 1;
        var names = Affine("conv_in", "time_embedding.linear_1", "time_embedding.linear_2", "conv_norm_out", "conv_out");
        if (fields.Text("addition_embed_type") == "text_time")
            names = names.Concat(Affine("add_embedding.linear_1", "add_embedding.linear_2"));
        for (var i = 0; i <= last; i++)
        {
            for (var j = 0; j < layers; j++)
            {
                var channelsIn = j > 0 ? channels[i] : channels[Math.Max(i - 1, 0)];
                names = names.Concat(Layer($"down_blocks.{i}", j, channelsIn != channels[i], IsAttending(down[i]) ? depths[i] : null));
            }
            if (i < last)
                names = names.Concat(Affine($"down_blocks.{i}.downsamplers.0.conv"));
        }
        names = names.Concat(Layer("mid_block", 0, false, depths[last])).Concat(Layer("mid_block", 1, false, null));
        for (var i = 0; i <= last; i++)
        {
            int own = channels[last - i], before = channels[Math.Min(last - i + 1, last)], beyond = channels[Math.Max(last - i - 1, 0)];
            for (var j = 0; j <= layers; j++)
            {
                var channelsIn = (j == 0 ? before : own) + (j == layers ? beyond : own);
                names = names.Concat(Layer($"up_blocks.{i}", j, channelsIn != own, IsAttending(up[i]) ? depths[last - i] : null));
            }
            if (i < last)
                names = names.Concat(Affine($"up_blocks.{i}.upsamplers.0.conv"));
        }
        return names;
    }

    /// <summary>The configuration of a U-Net read from a single file.</summary>
    /// <param name="family">Its generation, which decides the heads.</param>
    /// <param name="unet">Its tensors under diffusers names.</param>
    public static JsonObject Infer(ModelFamily family, ITensorStore unet)
    {
        var channels = new List<int>();
        while (unet.Contains($"down_blocks.{channels.Count}.resnets.0.conv1.weight"))
            channels.Add(checked((int)unet.Shape($"down_blocks.{channels.Count}.resnets.0.conv1.weight")[0]));
        // By any of its tensors, so that one that is missing is missed.
        bool Attends(string block) => unet.Names.Any(n => n.StartsWith($"{block}.attentions.", StringComparison.Ordinal));
        string Down(int level) => Attends($"down_blocks.{level}") ? "CrossAttnDownBlock2D" : "DownBlock2D";
        string Up(int level) => Attends($"up_blocks.{level}") ? "CrossAttnUpBlock2D" : "UpBlock2D";
        var levels = Enumerable.Range(0, channels.Count).ToList();
        var context = unet.Names.FirstOrDefault(n => n.EndsWith(".attn2.to_k.weight", StringComparison.Ordinal));
        var config = new JsonObject
        {
            ["in_channels"] = unet.Contains("conv_in.weight") ? unet.Shape("conv_in.weight")[1] : 4,
            ["out_channels"] = unet.Contains("conv_out.weight") ? unet.Shape("conv_out.weight")[0] : 4,
            ["block_out_channels"] = new JsonArray([.. channels.Select(c => JsonValue.Create(c))]),
            ["layers_per_block"] = 2,
            ["down_block_types"] = new JsonArray([.. levels.Select(i => JsonValue.Create(Down(i)))]),
            ["up_block_types"] = new JsonArray([.. levels.Select(i => JsonValue.Create(Up(i)))]),
            ["cross_attention_dim"] = context is null ? null : unet.Shape(context)[1],
            // The config calls the number of heads so: 8 of any width in SD1, 64 channels a head in the later ones.
            ["attention_head_dim"] = family == ModelFamily.Sd1 ? 8 : new JsonArray([.. channels.Select(c => JsonValue.Create(Math.Max(1, c / 64)))]),
            ["use_linear_projection"] = family != ModelFamily.Sd1,
            ["norm_num_groups"] = 32,
            ["norm_eps"] = 1e-5,
            ["transformer_layers_per_block"] = new JsonArray([.. levels.Select(i => JsonValue.Create(Depth(unet, i, channels.Count - 1)))]),
        };
        if (unet.Contains("add_embedding.linear_1.weight"))
        {
            config["addition_embed_type"] = "text_time";
            config["addition_time_embed_dim"] = 256;
            config["projection_class_embeddings_input_dim"] = unet.Shape("add_embedding.linear_1.weight")[1];
        }
        return config;
    }

    private static bool IsAttending(string blockType) => blockType.StartsWith("CrossAttn", StringComparison.Ordinal);

    // The last level's depth is the middle block's, which also has one where the level itself has no attention.
    private static int Depth(ITensorStore unet, int level, int last)
    {
        var block = level == last ? "mid_block.attentions." : $"down_blocks.{level}.attentions.";
        string[] names = [.. unet.Names.Where(n => n.StartsWith(block, StringComparison.Ordinal))];
        var depth = 0;
        while (names.Any(n => n.Contains($".transformer_blocks.{depth}.", StringComparison.Ordinal)))
            depth++;
        return Math.Max(depth, level == last || names.Length > 0 ? 1 : 0);
    }

    private static IEnumerable<string> Layer(string block, int layer, bool hasShortcut, int? attentionDepth)
    {
        var names = Affine([.. ResBlock.Select(r => $"{block}.resnets.{layer}.{r}")]);
        if (hasShortcut)
            names = names.Concat(Affine($"{block}.resnets.{layer}.conv_shortcut"));
        if (attentionDepth is not { } depth)
            return names;
        var attention = $"{block}.attentions.{layer}";
        return names
            .Concat(Attention.Select(a => $"{attention}.{a}"))
            .Concat(Enumerable.Range(0, depth).SelectMany(d => TransformerBlock.Select(t => $"{attention}.transformer_blocks.{d}.{t}")));
    }

    private static IEnumerable<string> Affine(params string[] layers) => layers.SelectMany(l => new[] { l + ".weight", l + ".bias" });
}
