using System.Text.Json;
using KohyaPS.Engine.Models.Layers;

namespace KohyaPS.Engine.Models.Clip;

/// <summary>What a text encoder's weights do not tell.</summary>
internal sealed record ClipConfig
{
    /// <summary>Attention heads of every layer.</summary>
    public required int Heads { get; init; }

    /// <summary>The nonlinearity of the feed-forward part.</summary>
    public ClipActivation Activation { get; init; } = ClipActivation.QuickGelu;

    /// <summary>Added to the variance in every norm.</summary>
    public double NormEpsilon { get; init; } = 1e-5;

    /// <summary>
    /// Multiplies by the transpose of the projection, as sd-scripts does where the model is a single file: it takes the stored matrix, which
    /// stands the other way round there, as it is. False is right.
    /// </summary>
    public bool TurnsProjection { get; init; }

    /// <summary>CLIP ViT-L/14: SD1.x and the first encoder of SDXL.</summary>
    public static ClipConfig VitL { get; } = new() { Heads = 12 };

    /// <summary>OpenCLIP ViT-H/14: SD2.x.</summary>
    public static ClipConfig OpenClipH { get; } = new() { Heads = 16, Activation = ClipActivation.Gelu };

    /// <summary>OpenCLIP ViT-bigG/14: the second encoder of SDXL.</summary>
    public static ClipConfig OpenClipBigG { get; } = new() { Heads = 20, Activation = ClipActivation.Gelu };

    /// <summary>Reads a transformers <c>text_encoder/config.json</c>.</summary>
    /// <exception cref="CheckpointFormatException">A field has the wrong kind, or asks for an architecture that is not built here.</exception>
    public static ClipConfig Read(JsonElement json)
    {
        const string file = "text_encoder/config.json";
        var fields = new ConfigFields(json, file);
        fields.Require("model_type", "clip_text_model");
        return new()
        {
            Heads = fields.Integer("num_attention_heads")
                ?? throw new CheckpointFormatException($"{file} has no 'num_attention_heads'. Fetch the model's folder anew."),
            Activation = fields.Text("hidden_act") switch
            {
                null or "quick_gelu" => ClipActivation.QuickGelu,
                "gelu" => ClipActivation.Gelu,
                { } other => throw new CheckpointFormatException($"{file}: 'hidden_act' is {other}; only quick_gelu and gelu are supported."),
            },
            NormEpsilon = fields.Number("layer_norm_eps") ?? 1e-5,
        };
    }
}
