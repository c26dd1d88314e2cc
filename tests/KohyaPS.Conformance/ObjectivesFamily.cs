using System.Text.Json;
using KohyaPS.Conformance.Objectives;

namespace KohyaPS.Conformance;

/// <summary>One micro-batch from latents to the gradient of the prediction, the tables behind it, and the running average of the loss.</summary>
public sealed class ObjectivesFamily : GoldenFamily
{
    public override string Name => "objectives";

    public override IEnumerable<GoldenCase> Cases(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal))
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(file));
            var tensors = json.RootElement.TryGetProperty("tensors", out var beside) ? Path.Combine(folder, beside.GetString()!) : null;
            foreach (var entry in json.RootElement.GetProperty("cases").EnumerateArray().Select(e => e.Clone()))
                yield return new(entry.GetProperty("case").GetString()!, check => Replay(new(entry, tensors), check));
        }
    }

    private static void Replay(ObjectiveCase recorded, GoldenCheck check)
    {
        using (recorded)
        {
            switch (recorded.Kind)
            {
                case null:
                    MicroBatchReplay.Run(recorded, check);
                    break;
                case "schedule":
                    ObjectiveTables.CompareSchedule(recorded, check);
                    break;
                case "timestep_range":
                    ObjectiveTables.CompareTimesteps(recorded, check);
                    break;
                case "loss_average":
                    ObjectiveTables.CompareLossAverage(recorded, check);
                    break;
                default:
                    GoldenCheck.Skip($"cases of kind '{recorded.Kind}' are not known to this project");
                    break;
            }
        }
    }
}
