using System.Text.Json;
using KohyaPS.Conformance.NetworkTools;

namespace KohyaPS.Conformance;

/// <summary>Tools on trained networks.</summary>
public sealed class NetworkToolsFamily : GoldenFamily
{
    // What replays a case, by its "op".
    private static readonly Dictionary<string, Action<NetworkToolCase, GoldenCheck>> Replays = new()
    {
        ["block-index"] = BlockWeightCases.ReplayIndices,
        ["block-index-odd"] = BlockWeightCases.ReplayOddNames,
        ["block-weight-errors"] = BlockWeightCases.ReplayErrors,
        ["block-weight-forms"] = BlockWeightCases.ReplayForms,
        ["dylora-split"] = SmallToolCases.ReplaySplit,
        ["extract-lora"] = ExtractCases.Replay,
        ["hash"] = HashCases.Replay,
        ["hash-by-rule"] = HashCases.ReplayByRule,
        ["interrogate"] = InterrogateCases.Replay,
        ["key-map"] = KeyMapCases.Replay,
        ["merge-checkpoints"] = SmallToolCases.ReplayModelMerge,
        ["merge-lora-into-checkpoint"] = MergeCheckpointCases.Replay,
        ["merge-lora-with-lora"] = MergeLoraCases.Replay,
        ["merge-lora-with-lora-oldest"] = MergeLoraCases.Replay,
        ["merge-lora-with-lora-v21.8.8"] = MergeLoraCases.Replay,
        ["resize"] = ResizeCases.Replay,
        ["resize-rank-rules"] = ResizeCases.ReplayRankRules,
        ["svd-merge"] = SvdMergeCases.Replay,
        ["verify-weights"] = SmallToolCases.ReplayVerify,
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
            var tensors = document.RootElement.TryGetProperty("tensors", out var name) ? name.GetString() : null;
            foreach (var found in cases.EnumerateArray())
            {
                var recorded = new NetworkToolCase(folder, found.Clone(), tensors);
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
