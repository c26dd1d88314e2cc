using System.Text.Json;
using KohyaPS.Conformance.NetworkTools;

namespace KohyaPS.Conformance;

/// <summary>Tools on trained networks: merging, hashes, and what later issues add.</summary>
public sealed class NetworkToolsFamily : GoldenFamily
{
    // What replays a case, by its "op".
    private static readonly Dictionary<string, Action<NetworkToolCase, GoldenCheck>> Replays = new()
    {
        ["hash"] = HashCases.Replay,
        ["hash-by-rule"] = HashCases.ReplayByRule,
        ["merge-lora-into-checkpoint"] = MergeCheckpointCases.Replay,
    };

    /// <inheritdoc/>
    public override string Name => "network-tools";

    /// <inheritdoc/>
    public override IEnumerable<GoldenCase> Cases(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal))
        {
            using var document = JsonDocument.Parse(File.ReadAllText(file));
            if (!document.RootElement.TryGetProperty("cases", out var cases))
                continue;
            var group = Path.GetFileNameWithoutExtension(file);
            foreach (var found in cases.EnumerateArray())
            {
                var recorded = new NetworkToolCase(folder, found.Clone());
                yield return new($"{group}.{recorded.Name}", check =>
                {
                    if (!Replays.TryGetValue(recorded.Operation, out var replay))
                        throw new GoldenSkipException($"arrives with a later issue: {recorded.Operation}");
                    replay(recorded, check);
                });
            }
        }
    }
}
