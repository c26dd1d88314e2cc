using System.Text.Json;
using KohyaPS.Engine.Models.Clip;
using static TorchSharp.torch;

namespace KohyaPS.Conformance.Models;

/// <summary>Token ids of one to three chunks to the context of a U-Net.</summary>
internal static class ConditioningCases
{
    public static void Replay(ModelCase recorded, GoldenCheck check)
    {
        using var scope = NewDisposeScope();
        using var without = no_grad();
        var ids = recorded.Input("input_ids");
        var weights = Find(recorded, "token_weights");
        using var encoder = MiniModels.TextEncoder(recorded, "text_encoder");
        if (Find(recorded, "input_ids_2") is not { } ids2)
        {
            var skip = recorded.Settings.GetProperty("clip_skip");
            recorded.Compare(check, "context", TextConditioning.Encode(encoder, ids, skip.ValueKind == JsonValueKind.Null ? 1 : skip.GetInt32(), weights));
            return;
        }
        using var second = MiniModels.TextEncoder(recorded, "text_encoder_2");
        var (context, pooled) = TextConditioning.EncodeBoth(encoder, second, ids, ids2, EndToken(recorded), weights, Find(recorded, "token_weights_2"));
        recorded.Compare(check, "context", context);
        recorded.Compare(check, "pooled", pooled);
    }

    private static Tensor? Find(ModelCase recorded, string input) => recorded.Inputs.TryGetProperty(input, out _) ? recorded.Input(input) : null;

    private static long EndToken(ModelCase recorded)
    {
        using var model = JsonDocument.Parse(File.ReadAllText(Path.Combine(recorded.CheckpointFolder, "model.json")));
        return model.RootElement.GetProperty("special_ids").GetProperty("eos").GetInt64();
    }
}
