using System.Text.Json;
using KohyaPS.Engine.Models.Layers;

namespace KohyaPS.Engine.Models.Vae;

/// <summary>What an autoencoder's weights do not tell.</summary>
internal sealed record VaeConfig
{
    /// <summary>Groups of every GroupNorm.</summary>
    public int NormGroups { get; init; } = 32;

    /// <summary>Latents of the U-Net = sampled latents times this factor.</summary>
    public double ScalingFactor { get; init; } = 0.18215;

    /// <summary>SD1.x and SD2.x.</summary>
    public static VaeConfig Sd1 { get; } = new();

    /// <summary>SDXL: its latents are wider.</summary>
    public static VaeConfig Sdxl { get; } = new() { ScalingFactor = 0.13025 };

    /// <summary>Reads a diffusers <c>vae/config.json</c>.</summary>
    /// <exception cref="CheckpointFormatException">A field has the wrong kind, or asks for an architecture that is not built here.</exception>
    public static VaeConfig Read(JsonElement json)
    {
        var fields = new ConfigFields(json, "vae/config.json");
        fields.Require("act_fn", "silu");
        fields.RequireAbsent("shift_factor");
        fields.Require("mid_block_add_attention", true);
        return new()
        {
            NormGroups = fields.Integer("norm_num_groups") ?? 32,
            ScalingFactor = fields.Number("scaling_factor") ?? 0.18215,
        };
    }
}
