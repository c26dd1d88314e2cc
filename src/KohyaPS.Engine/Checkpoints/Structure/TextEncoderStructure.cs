using System.Text.Json;
using System.Text.Json.Nodes;

namespace KohyaPS.Engine.Checkpoints.Structure;

/// <summary>Which tensors a text encoder of a given configuration has, and the configuration of one that came without (a single file).</summary>
internal static class TextEncoderStructure
{
    private const string Heads = "num_attention_heads";
    private const string Layers = "text_model.encoder.layers.";

    // All text encoders of Stable Diffusion have heads of this width.
    private const int HeadWidth = 64;

    private static readonly string[] Layer =
    [
        "self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.out_proj", "layer_norm1", "layer_norm2", "mlp.fc1", "mlp.fc2",
    ];

    /// <summary>The names of all tensors.</summary>
    /// <param name="part">Which encoder: only SDXL's second one needs its projection.</param>
    /// <param name="config">The part's config.json.</param>
    public static IEnumerable<string> Names(ModelPart part, JsonElement config)
    {
        var fields = new StructureFields(config, part.FolderName() + "/config.json");
        string[] fixedNames =
        [
            "text_model.embeddings.token_embedding.weight", "text_model.embeddings.position_embedding.weight",
            "text_model.final_layer_norm.weight", "text_model.final_layer_norm.bias",
            .. part == ModelPart.TextEncoder2 ? ["text_projection.weight"] : Array.Empty<string>(),
        ];
        return fixedNames.Concat(Enumerable.Range(0, fields.Integer("num_hidden_layers", null))
            .SelectMany(i => Layer.SelectMany(l => new[] { $"{Layers}{i}.{l}.weight", $"{Layers}{i}.{l}.bias" })));
    }

    /// <summary>Refuses a configuration that does not say how many heads there are: no shape tells it.</summary>
    /// <param name="part">Which encoder.</param>
    /// <param name="config">Its configuration.</param>
    /// <param name="path">The model, for the message.</param>
    public static void RequireHeads(ModelPart part, JsonElement config, string path)
    {
        if (config.TryGetProperty(Heads, out var heads) && heads.ValueKind == JsonValueKind.Number)
            return;
        var sidecar = Path.ChangeExtension(Path.GetFileName(path), CheckpointConfigs.SidecarExtension);
        throw new CheckpointFormatException(
            $"The {part.InWords()} of '{path}' has an unusual width, and the file does not say how many heads that makes. "
            + $"Use the model's diffusers folder, or put a file '{sidecar}' beside it with {{\"{part.FolderName()}\": {{\"{Heads}\": N}}}}.");
    }

    /// <summary>The configuration of a text encoder read from a single file.</summary>
    /// <param name="family">Generation of the model.</param>
    /// <param name="part">Which encoder.</param>
    /// <param name="encoder">Its tensors under transformers names.</param>
    /// <param name="file">The file, for messages.</param>
    /// <exception cref="CheckpointFormatException">The token embedding is missing or of another kind.</exception>
    public static JsonObject Infer(ModelFamily family, ModelPart part, ITensorStore encoder, string file)
    {
        const string tokens = "text_model.embeddings.token_embedding.weight";
        var embedding = encoder.Shape(tokens);
        if (embedding is not [var vocabulary, var width])
            throw new CheckpointFormatException($"The tensor '{tokens}' of '{file}' has {embedding.Length} dimensions instead of 2. Get the model anew.");
        var layers = 0;
        while (encoder.Contains($"{Layers}{layers}.layer_norm1.weight"))
            layers++;
        var firstMlp = $"{Layers}0.mlp.fc1.weight";
        return new()
        {
            ["vocab_size"] = vocabulary,
            ["hidden_size"] = width,
            ["intermediate_size"] = encoder.Contains(firstMlp) ? encoder.Shape(firstMlp)[0] : 4 * width,
            ["num_hidden_layers"] = layers,
            // Unknown for encoders of an unusual width; who needs it asks RequireHeads.
            [Heads] = width % HeadWidth == 0 ? width / HeadWidth : null,
            ["max_position_embeddings"] = encoder.Contains("text_model.embeddings.position_embedding.weight") ? encoder.Shape("text_model.embeddings.position_embedding.weight")[0] : 77,
            ["hidden_act"] = family == ModelFamily.Sd2 || part == ModelPart.TextEncoder2 ? "gelu" : "quick_gelu",
            ["layer_norm_eps"] = 1e-5,
        };
    }
}
