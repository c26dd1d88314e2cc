using System.Text.Json;
using KohyaPS.Engine.Training.Logging;

namespace KohyaPS.Conformance.Formats;

/// <summary>The names and values that a step's figures have in TensorBoard.</summary>
internal static class LogCases
{
    public static void Replay(JsonElement recorded, GoldenCheck check)
    {
        var inputs = recorded.GetProperty("inputs");
        var replayed = 0;
        foreach (var set in recorded.GetProperty("expected").GetProperty("logs").GetProperty("value").EnumerateArray())
        {
            // Without descriptions the peer's numbering collides with itself; groups here always have one.
            if (set.GetProperty("descriptions").ValueKind != JsonValueKind.Array)
                continue;
            replayed++;
            Compare(set, inputs, check);
        }
        check.True("some sets of groups are replayed", replayed > 0);
    }

    private static void Compare(JsonElement set, JsonElement inputs, GoldenCheck check)
    {
        var groups = set.GetProperty("descriptions").EnumerateArray().Zip(set.GetProperty("groups").EnumerateArray(), (d, g) => (Name: d.GetString()!, Group: g)).ToList();
        var rates = groups.ToDictionary(g => g.Name, g => g.Group.GetProperty("lr").GetDouble());
        var effective = groups.Where(g => g.Group.TryGetProperty("d", out _)).ToDictionary(g => g.Name, g => g.Group.GetProperty("d").GetDouble() * g.Group.GetProperty("lr").GetDouble());
        var norms = set.GetProperty("max_norm") is { ValueKind: JsonValueKind.Array } found ? new AdapterNorms(found[0].GetInt32(), found[1].GetDouble(), found[2].GetDouble()) : null;
        var step = new StepDone(default, 1, 1, inputs.GetProperty("current_loss").GetDouble(), inputs.GetProperty("average_loss").GetDouble(), 0, rates, 0, 0, 0, effective.Count > 0 ? effective : null, norms);
        var got = TrackerValues.Of(step, set.GetProperty("settings").TryGetProperty("network_train_unet_only", out var only) && only.GetBoolean());
        var name = set.GetProperty("name").GetString();
        var want = set.GetProperty("expected").EnumerateObject().ToDictionary(e => e.Name, e => e.Value.GetDouble());
        check.EqualList($"{name} keys", [.. want.Keys.Order(StringComparer.Ordinal)], [.. got.Keys.Order(StringComparer.Ordinal)]);
        foreach (var (key, value) in want.Where(w => got.ContainsKey(w.Key)))
            check.Close($"{name} {key}", value, got[key], 1e-12);
    }
}
