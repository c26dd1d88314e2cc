using System.Text.Json;
using KohyaPS.Engine.Models.Clip;
using KohyaPS.Engine.Tokenization;
using KohyaPS.Engine.Training.Batches;
using static TorchSharp.torch;

namespace KohyaPS.Conformance.Prompts;

/// <summary>What texts say to a U-Net: captions of a training by today's rules and by those of 2023, and prompts of sample pictures.</summary>
internal static class StateCases
{
    public static void Replay(string file, JsonElement root, JsonElement recorded, GoldenCheck check)
    {
        using var scope = NewDisposeScope();
        using var grad = no_grad();
        using var tensors = GoldenTensors.Beside(file)!;
        var inputs = recorded.GetProperty("inputs");
        using var encoders = RecordedEncoders.Load(root.GetProperty("encoders"), inputs.GetProperty("encoder"), tensors);
        var settings = recorded.GetProperty("settings");
        var family = encoders.All.Count > 1 ? ModelFamily.Sdxl : settings.TryGetProperty("v2", out var v2) && v2.GetBoolean() ? ModelFamily.Sd2 : ModelFamily.Sd1;
        var isOld = settings.TryGetProperty("version", out var version) && version.GetString() == "old";
        if (inputs.TryGetProperty("prompt", out var prompt))
            ReplayWhole(recorded, tensors, encoders, family, [inputs.GetProperty("negative_prompt").GetString()!, prompt.GetString()!], check);
        else if (isOld)
            ReplayWhole(recorded, tensors, encoders, family, [.. inputs.GetProperty("texts").EnumerateArray().Select(t => t.GetString()!)], check);
        else
            ReplayTraining(recorded, tensors, encoders, family, check);
    }

    // Prompts of drawn pictures and the weighted captions of 2023: whole rows, the mean restored.
    private static void ReplayWhole(JsonElement recorded, GoldenTensors tensors, TextEncoders encoders, ModelFamily family, string[] texts, GoldenCheck check)
    {
        var expected = recorded.GetProperty("expected");
        var tokenizer = ClipTokenizer.BuiltIn(family)[0];
        var count = WholeChunks.Count(tokenizer, texts);
        var rows = texts.Select(text => WholeChunks.Rows(tokenizer, text, count)).ToList();
        var states = WholeChunkConditioning.Encode(
            encoders.All[0],
            stack([.. rows.Select(r => stack([.. r.Select(row => tensor(row.Ids, dtype: int64))]))]),
            stack([.. rows.Select(r => stack([.. r.Select(row => tensor(row.Weights))]))]),
            recorded.GetProperty("settings").TryGetProperty("clip_skip", out var skip) && skip.ValueKind == JsonValueKind.Number ? skip.GetInt32() : 1);
        if (!expected.TryGetProperty("uncond_states", out var unconditional))
        {
            tensors.Compare(check, "states", expected.GetProperty("states"), states);
            return;
        }
        tensors.Compare(check, "uncond_states", unconditional, states.narrow(0, 0, 1));
        tensors.Compare(check, "states", expected.GetProperty("states"), states.narrow(0, 1, 1));
    }

    private static void ReplayTraining(JsonElement recorded, GoldenTensors tensors, TextEncoders encoders, ModelFamily family, GoldenCheck check)
    {
        var settings = recorded.GetProperty("settings");
        var expected = recorded.GetProperty("expected");
        using var text = new TextStates(
            ClipTokenizer.BuiltIn(family),
            settings.GetProperty("max_token_length") is { ValueKind: JsonValueKind.Number } length ? length.GetInt32() : TokenChunks.TokensPerChunk,
            encoders,
            settings.TryGetProperty("clip_skip", out var skip) && skip.ValueKind == JsonValueKind.Number ? skip.GetInt32() : 1,
            settings.GetProperty("weighted_captions").GetBoolean());
        using var got = text.Conditions([.. recorded.GetProperty("inputs").GetProperty("texts").EnumerateArray().Select(t => t.GetString()!)])!;
        if (expected.TryGetProperty("states", out var states))
            tensors.Compare(check, "states", states, got.States);
        // The states of two encoders stand side by side.
        var first = 0L;
        foreach (var name in new[] { "states1", "states2" })
        {
            if (!expected.TryGetProperty(name, out var part))
                continue;
            using var want = tensors[part];
            tensors.Compare(check, name, part, got.States.narrow(2, first, want.size(2)));
            first += want.size(2);
        }
        if (expected.TryGetProperty("pooled", out var pooled))
            tensors.Compare(check, "pooled", pooled, got.Pooled!);
    }
}
