using System.Text.Json;
using KohyaPS.Engine.Checkpoints;
using KohyaPS.Engine.Models.Clip;
using static TorchSharp.torch;

namespace KohyaPS.Conformance.Prompts;

/// <summary>The small text encoders of the recorded states: l (SD1, SDXL's first), h (SD2), g (SDXL's second).</summary>
internal static class RecordedEncoders
{
    /// <summary>The encoders that a case names, in the order of its family.</summary>
    public static TextEncoders Load(JsonElement configs, JsonElement names, GoldenTensors tensors)
    {
        var encoders = (names.ValueKind == JsonValueKind.Array ? names.EnumerateArray().Select(n => n.GetString()!) : [names.GetString()!])
            .Select(name => new ClipTextEncoder(new WeightSource(new EncoderStore(name, configs.GetProperty(name), tensors), float32), ConfigOf(configs.GetProperty(name)))).ToList();
        return new(encoders[0], encoders.ElementAtOrDefault(1));
    }

    private static ClipConfig ConfigOf(JsonElement config) => new()
    {
        Heads = config.GetProperty("num_attention_heads").GetInt32(),
        Activation = config.GetProperty("hidden_act").GetString() == "gelu" ? ClipActivation.Gelu : ClipActivation.QuickGelu,
        NormEpsilon = config.GetProperty("layer_norm_eps").GetDouble(),
    };

    // Of the token table only the rows that occur are recorded; all others are zero.
    private sealed class EncoderStore(string name, JsonElement config, GoldenTensors tensors) : ITensorStore
    {
        private const string Tokens = "text_model.embeddings.token_embedding.weight";

        public IReadOnlyCollection<string> Names { get; } =
            [Tokens, .. tensors.Names.Where(n => n.StartsWith($"{name}.text_", StringComparison.Ordinal)).Select(n => n[(name.Length + 1)..])];

        public bool Contains(string tensor) => Names.Contains(tensor);

        public long[] Shape(string tensor) => tensor == Tokens
            ? [config.GetProperty("vocab_size").GetInt64(), config.GetProperty("hidden_size").GetInt64()]
            : tensors[$"{name}.{tensor}"].shape;

        public Tensor Read(string tensor)
        {
            if (tensor != Tokens)
                return tensors[$"{name}.{tensor}"];
            using var rows = tensors[$"{name}.token_embedding_rows"];
            using var ids = tensors[$"{name}.token_rows"].to(int64);
            var table = zeros(Shape(tensor), dtype: rows.dtype);
            return table.index_copy_(0, ids, rows);
        }
    }
}
