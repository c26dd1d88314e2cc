using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using KohyaPS.Engine.Checkpoints;
using KohyaPS.Engine.Checkpoints.Structure;
using KohyaPS.Engine.Networks;

namespace KohyaPS.Conformance.Network;

/// <summary>A published model without its weights: the configurations of its parts, and the shapes that follow from them.</summary>
internal sealed record FullSizeModel(ModelFamily Family, JsonObject Unet, IReadOnlyList<JsonObject> TextEncoders, bool HasMatrixProjections)
{
    /// <summary>The models of the recorded cases. SD2's projections are 1x1 convolutions in the peer when it reads a single file.</summary>
    public static FullSizeModel Of(string name) => name switch
    {
        "sd1" => new(ModelFamily.Sd1, Sd(768, 4), [Clip(768, 12)], HasMatrixProjections: false),
        "sd2" => new(ModelFamily.Sd2, Sd(1024, 4), [Clip(1024, 23)], HasMatrixProjections: false),
        "sd2_linear" => new(ModelFamily.Sd2, Sd(1024, 4), [Clip(1024, 23)], HasMatrixProjections: true),
        "sdxl" => new(ModelFamily.Sdxl, Sdxl(), [Clip(768, 12), Clip(1280, 32)], HasMatrixProjections: true),
        _ => throw new GoldenSkipException($"a model this project does not know: {name}"),
    };

    /// <summary>Every layer that a network could be attached to.</summary>
    public IReadOnlyList<TargetLayer> Targets()
    {
        var parts = new Dictionary<ModelPart, ITensorStore>();
        foreach (var (part, config) in ModelParts.TextEncoders(Family).Zip(TextEncoders))
            parts[part] = new ShapeStore(TextEncoderStructure.Names(part, Element(config)), name => ClipShape(name, config));
        parts[ModelPart.Unet] = new ShapeStore(UnetStructure.Names(Element(Unet)), UnetShape);
        return StoredTargets.Of(Family, parts);
    }

    private static JsonObject Sd(int context, int levels) => new()
    {
        ["block_out_channels"] = new JsonArray(320, 640, 1280, 1280),
        ["cross_attention_dim"] = context,
        ["down_block_types"] = new JsonArray([.. Enumerable.Range(0, levels).Select(i => JsonValue.Create(i < levels - 1 ? "CrossAttnDownBlock2D" : "DownBlock2D"))]),
        ["up_block_types"] = new JsonArray([.. Enumerable.Range(0, levels).Select(i => JsonValue.Create(i > 0 ? "CrossAttnUpBlock2D" : "UpBlock2D"))]),
    };

    private static JsonObject Sdxl() => new()
    {
        ["block_out_channels"] = new JsonArray(320, 640, 1280),
        ["cross_attention_dim"] = 2048,
        ["transformer_layers_per_block"] = new JsonArray(1, 2, 10),
        ["addition_embed_type"] = "text_time",
        ["down_block_types"] = new JsonArray("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        ["up_block_types"] = new JsonArray("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
    };

    private static JsonObject Clip(int width, int layers) => new() { ["hidden_size"] = width, ["num_hidden_layers"] = layers };

    private static JsonElement Element(JsonObject config) => JsonSerializer.SerializeToElement(config);

    private static long[] ClipShape(string name, JsonObject config)
    {
        var width = (long)(int)config["hidden_size"]!;
        return name.Split('.')[^2] switch
        {
            "fc1" => [4 * width, width],
            "fc2" => [width, 4 * width],
            "q_proj" or "k_proj" or "v_proj" or "out_proj" => [width, width],
            _ => [width],
        };
    }

    private long[] UnetShape(string name)
    {
        long[] channels = [.. Unet["block_out_channels"]!.AsArray().Select(c => (long)(int)c!)];
        var words = name.Split('.');
        var last = channels.Length - 1;
        var level = words[0] switch { "down_blocks" => int.Parse(words[1], CultureInfo.InvariantCulture), "up_blocks" => last - int.Parse(words[1], CultureInfo.InvariantCulture), "mid_block" => last, _ => 0 };
        var own = channels[level];
        long[] Linear(long outputs, long inputs) => [outputs, inputs];
        return words[^2] switch
        {
            "conv1" => [own, Inputs(words, channels, level), 3, 3],
            "conv_shortcut" => [own, Inputs(words, channels, level), 1, 1],
            "conv2" or "conv" => [own, own, 3, 3],
            "time_emb_proj" => Linear(own, 4 * channels[0]),
            "proj_in" or "proj_out" => HasMatrixProjections ? Linear(own, own) : [own, own, 1, 1],
            "to_k" or "to_v" when words.Contains("attn2") => Linear(own, (long)(int)Unet["cross_attention_dim"]!),
            "to_q" or "to_k" or "to_v" => Linear(own, own),
            "0" when words.Contains("to_out") => Linear(own, own),
            "proj" => Linear(8 * own, own),
            "2" when words.Contains("ff") => Linear(own, 4 * own),
            _ => [own],
        };
    }

    // On the way up each ResBlock also sees what the way down left: the channels of its level, or of the level above for the last.
    private static long Inputs(string[] words, long[] channels, int level)
    {
        var index = int.Parse(words[words[0] == "mid_block" ? 2 : 3], CultureInfo.InvariantCulture);
        var last = channels.Length - 1;
        return words[0] switch
        {
            "down_blocks" => index > 0 ? channels[level] : channels[Math.Max(level - 1, 0)],
            "up_blocks" => (index == 0 ? channels[Math.Min(level + 1, last)] : channels[level]) + (index == 2 ? channels[Math.Max(level - 1, 0)] : channels[level]),
            _ => channels[level],
        };
    }

    private sealed class ShapeStore(IEnumerable<string> names, Func<string, long[]> shape) : ITensorStore
    {
        private readonly List<string> names = [.. names];

        public IReadOnlyCollection<string> Names => names;

        public bool Contains(string name) => names.Contains(name);

        public long[] Shape(string name) => shape(name);

        public TorchSharp.torch.Tensor Read(string name) => throw new InvalidOperationException("A plan reads no weights.");
    }
}
