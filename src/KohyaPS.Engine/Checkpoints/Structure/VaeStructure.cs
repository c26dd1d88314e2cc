using System.Text.Json;
using System.Text.Json.Nodes;

namespace KohyaPS.Engine.Checkpoints.Structure;

/// <summary>Which tensors a VAE of a given configuration has, and the configuration of one that came without (a single file).</summary>
internal static class VaeStructure
{
    private static readonly string[] ResBlock = ["norm1", "conv1", "norm2", "conv2"];
    private static readonly string[] Attention = ["group_norm", "to_q", "to_k", "to_v", "to_out.0"];

    /// <summary>The names of all tensors.</summary>
    /// <param name="config">The part's config.json.</param>
    public static IEnumerable<string> Names(JsonElement config)
    {
        var fields = new StructureFields(config, "vae/config.json");
        var channels = fields.Integers("block_out_channels");
        var layers = fields.Integer("layers_per_block", 1);
        var last = channels.Count - 1;
        var names = Affine("quant_conv", "post_quant_conv");
        foreach (var coder in new[] { "encoder", "decoder" })
        {
            names = names
                .Concat(Affine($"{coder}.conv_in", $"{coder}.conv_norm_out", $"{coder}.conv_out"))
                .Concat(Block($"{coder}.mid_block.resnets.0", false)).Concat(Block($"{coder}.mid_block.resnets.1", false))
                .Concat(Affine([.. Attention.Select(a => $"{coder}.mid_block.attentions.0.{a}")]));
        }
        for (var i = 0; i <= last; i++)
        {
            for (var j = 0; j < layers; j++)
                names = names.Concat(Block($"encoder.down_blocks.{i}.resnets.{j}", j == 0 && channels[Math.Max(i - 1, 0)] != channels[i]));
            for (var j = 0; j <= layers; j++)
                names = names.Concat(Block($"decoder.up_blocks.{i}.resnets.{j}", j == 0 && channels[Math.Min(last - i + 1, last)] != channels[last - i]));
            if (i < last)
                names = names.Concat(Affine($"encoder.down_blocks.{i}.downsamplers.0.conv", $"decoder.up_blocks.{i}.upsamplers.0.conv"));
        }
        return names;
    }

    /// <summary>The factor between encoded latents and those of a generation's U-Net.</summary>
    public static double ScalingFactor(ModelFamily family) => family == ModelFamily.Sdxl ? 0.13025 : 0.18215;

    /// <summary>The configuration of a VAE read from a single file.</summary>
    /// <param name="family">Generation of the model it serves, which decides the scaling factor.</param>
    /// <param name="vae">Its tensors under diffusers names.</param>
    public static JsonObject Infer(ModelFamily family, ITensorStore vae)
    {
        var channels = new List<int>();
        while (vae.Contains($"encoder.down_blocks.{channels.Count}.resnets.0.conv1.weight"))
            channels.Add(checked((int)vae.Shape($"encoder.down_blocks.{channels.Count}.resnets.0.conv1.weight")[0]));
        var layers = 0;
        while (vae.Contains($"encoder.down_blocks.0.resnets.{layers}.conv1.weight"))
            layers++;
        return new()
        {
            ["block_out_channels"] = new JsonArray([.. channels.Select(c => JsonValue.Create(c))]),
            ["layers_per_block"] = Math.Max(layers, 1),
            ["latent_channels"] = vae.Contains("post_quant_conv.weight") ? vae.Shape("post_quant_conv.weight")[0] : 4,
            ["norm_num_groups"] = 32,
            ["scaling_factor"] = ScalingFactor(family),
            ["force_upcast"] = family == ModelFamily.Sdxl,
        };
    }

    private static IEnumerable<string> Block(string path, bool hasShortcut) =>
        Affine([.. ResBlock.Select(r => $"{path}.{r}"), .. hasShortcut ? [$"{path}.conv_shortcut"] : Array.Empty<string>()]);

    private static IEnumerable<string> Affine(params string[] layers) => layers.SelectMany(l => new[] { l + ".weight", l + ".bias" });
}
