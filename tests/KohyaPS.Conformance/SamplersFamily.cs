using System.Text.Json;
using KohyaPS.Conformance.Samplers;

namespace KohyaPS.Conformance;

/// <summary>Samplers: names, tables and trajectories with a toy model.</summary>
public sealed class SamplersFamily : GoldenFamily
{
    private static readonly Dictionary<string, Action<SamplerCase, GoldenCheck>> Replays = new(StringComparer.Ordinal)
    {
        ["names"] = SamplerTables.CompareName,
        ["tables"] = SamplerTables.CompareTable,
        ["trajectories"] = TrajectoryReplay.Run,
    };

    public override string Name => "samplers";

    public override IEnumerable<GoldenCase> Cases(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal))
        {
            var kind = Path.GetFileNameWithoutExtension(file);
            using var json = JsonDocument.Parse(File.ReadAllBytes(file));
            foreach (var entry in json.RootElement.GetProperty("cases").EnumerateArray().Select(e => e.Clone()))
            {
                yield return new($"{kind}.{entry.GetProperty("case").GetString()}", check =>
                {
                    if (!Replays.TryGetValue(kind, out var replay))
                        throw new GoldenSkipException($"sample pictures during a training arrive with a later version ({kind})");
                    using var recorded = new SamplerCase(entry, Path.Combine(folder, "tensors.safetensors"));
                    replay(recorded, check);
                });
            }
        }
    }
}
