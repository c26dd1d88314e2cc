using System.Text.Json;
using KohyaPS.Engine.Models.Layers;

namespace KohyaPS.Engine.Models.Unet;

/// <summary>
/// What a U-Net's weights do not tell. Depths, widths and the presence of blocks are read from the weights themselves.
/// </summary>
internal sealed record UnetConfig
{
    /// <summary>Attention heads of each level, from the finest; one entry holds for all. diffusers calls it <c>attention_head_dim</c>.</summary>
    public required IReadOnlyList<int> Heads { get; init; }

    /// <summary>Groups of every GroupNorm.</summary>
    public int NormGroups { get; init; } = 32;

    /// <summary>Added to the variance in the ResBlocks' and the last GroupNorm.</summary>
    public double NormEpsilon { get; init; } = 1e-5;

    /// <summary>Width of the embedding of each size number (SDXL: 256); null for a U-Net without size conditioning.</summary>
    public int? SizeEmbeddingWidth { get; init; }

    /// <summary>Shift of the waves that timesteps are embedded in (<see cref="Layers.SinusoidalEmbedding"/>): 0, and 1 in an old program's SDXL.</summary>
    public int TimestepFrequencyShift { get; init; }

    /// <summary>SD1.x: 8 heads everywhere.</summary>
    public static UnetConfig Sd1 { get; } = new() { Heads = [8] };

    /// <summary>SD2.x: 64 channels a head.</summary>
    public static UnetConfig Sd2 { get; } = new() { Heads = [5, 10, 20, 20] };

    /// <summary>SDXL: 64 channels a head, sizes embedded 256 wide.</summary>
    public static UnetConfig Sdxl { get; } = new() { Heads = [5, 10, 20], SizeEmbeddingWidth = 256 };

    /// <summary>Heads at a level, 0 being the finest.</summary>
    public int HeadsAt(int level) => Heads[Math.Min(level, Heads.Count - 1)];

    /// <summary>Reads a diffusers <c>unet/config.json</c>.</summary>
    /// <exception cref="CheckpointFormatException">A field has the wrong kind, or asks for an architecture that is not built here.</exception>
    public static UnetConfig Read(JsonElement json)
    {
        var fields = new ConfigFields(json, "unet/config.json");
        fields.Require("act_fn", "silu");
        fields.Require("time_embedding_type", "positional");
        fields.Require("resnet_time_scale_shift", "default");
        fields.RequireAbsent("class_embed_type");
        fields.RequireAbsent("encoder_hid_dim_type");
        fields.Require("flip_sin_to_cos", true);
        fields.Require("freq_shift", 0);
        return new()
        {
            Heads = fields.Integers("num_attention_heads") ?? fields.Integers("attention_head_dim") ?? [8],
            NormGroups = fields.Integer("norm_num_groups") ?? 32,
            NormEpsilon = fields.Number("norm_eps") ?? 1e-5,
            SizeEmbeddingWidth = fields.Integer("addition_time_embed_dim"),
        };
    }
}
