using System.Text.Json;
using KohyaPS.Conformance.Schedules;

namespace KohyaPS.Conformance;

/// <summary>The learning rates of every step, and what programs make of the settings that decide them.</summary>
public sealed class SchedulesFamily : GoldenFamily
{
    public override string Name => "schedules";

    public override IEnumerable<GoldenCase> Cases(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal))
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(file));
            foreach (var entry in json.RootElement.GetProperty("cases").EnumerateArray().Select(e => e.Clone()))
                yield return new(entry.GetProperty("case").GetString()!, check => Replay(entry, check));
        }
    }

    private static void Replay(JsonElement recorded, GoldenCheck check)
    {
        var expected = recorded.GetProperty("expected");
        if (expected.TryGetProperty("micro_batches", out var batches))
            CurveCases.ReplayLoop(recorded.GetProperty("settings"), batches, check);
        else if (!expected.TryGetProperty("rows", out var rows))
            CurveCases.ReplayCurve(recorded.GetProperty("settings"), expected, check);
        else
            TextCases.Replay([.. rows.GetProperty("value").EnumerateArray()], check);
    }
}
