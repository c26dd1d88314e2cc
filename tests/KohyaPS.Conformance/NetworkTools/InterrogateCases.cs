using System.Text.Json.Nodes;
using KohyaPS.Engine.Checkpoints;
using KohyaPS.Engine.Networks.Tools;

namespace KohyaPS.Conformance.NetworkTools;

/// <summary>What a network makes of each token.</summary>
internal static class InterrogateCases
{
    public static void Replay(NetworkToolCase recorded, GoldenCheck check)
    {
        var inputs = recorded.Inputs;
        // No file says how many heads a mini encoder has.
        var config = new JsonObject
        {
            ["text_encoder"] = new JsonObject { ["num_attention_heads"] = inputs.GetProperty("heads").GetInt32(), ["hidden_act"] = inputs.GetProperty("hidden_act").GetString() },
        };
        using var checkpoint = Checkpoint.Open(recorded.File(inputs.GetProperty("sd_model")), new()
        {
            Family = ModelFamily.Sd1,
            Configs = CheckpointConfigs.From(System.Text.Json.JsonSerializer.SerializeToElement(config)),
            AllowsUntrainable = true,
        });
        var got = TokenEffects.Differences(recorded.File(inputs.GetProperty("model")), checkpoint, recorded.Setting("clip_skip")?.GetInt32() ?? 1, inputs.GetProperty("bos").GetInt32(), inputs.GetProperty("eos").GetInt32());
        foreach (var name in new[] { "mean_abs_difference_float32", "mean_abs_difference_peer_fp16" })
        {
            var want = recorded.Expected.GetProperty(name);
            check.Close(name, [.. want.GetProperty("value").EnumerateArray().Select(v => v.GetDouble())], [.. got.Select(v => (double)v)], GoldenTensors.Tolerance(want, "rtol"), GoldenTensors.Tolerance(want, "atol"));
        }
    }
}
