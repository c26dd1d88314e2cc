using System.Text.Json;
using KohyaPS.Conformance.Optimizers;

namespace KohyaPS.Conformance;

/// <summary>Optimizers: long traces, edge cases, codes of 8-bit states, the choice by name, and the reading of arguments.</summary>
public sealed class OptimizersFamily : GoldenFamily
{
    private static readonly Dictionary<string, Action<OptimizerCase, GoldenCheck>> ListedCases = new(StringComparer.Ordinal)
    {
        ["edge-cases"] = EdgeReplay.Run,
        ["quantise"] = CodeReplay.Run,
        ["selection"] = SelectionReplay.Run,
        ["parsing"] = ParsingReplay.Run,
    };

    /// <inheritdoc/>
    public override string Name => "optimizers";

    /// <inheritdoc/>
    public override IEnumerable<GoldenCase> Cases(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileNameWithoutExtension(file);
            using var json = JsonDocument.Parse(File.ReadAllBytes(file));
            if (json.RootElement.TryGetProperty("optimizer_cases", out _))
            {
                foreach (var vector in VectorReplay.Cases(json.RootElement))
                    yield return vector;
                continue;
            }
            if (json.RootElement.TryGetProperty("cases", out var cases))
            {
                foreach (var entry in cases.EnumerateArray().Select(e => e.Clone()))
                    yield return new(entry.GetProperty("case").GetString()!, check => Replay(entry, file, check, ListedCases[name]));
                continue;
            }
            var trace = json.RootElement.Clone();
            yield return new(name, check => Replay(trace, file, check, (recorded, c) => new TraceReplay(recorded, c).Run()));
            if (trace.TryGetProperty("expected_float64", out _))
                yield return new(name + ".float64", check => Replay(trace, file, check, (recorded, c) => new TraceReplay(recorded, c, isFloat64: true).Run()));
        }
    }

    private static void Replay(JsonElement entry, string file, GoldenCheck check, Action<OptimizerCase, GoldenCheck> replay)
    {
        using var tensors = GoldenTensors.Beside(file);
        replay(new OptimizerCase(entry, tensors), check);
    }
}
