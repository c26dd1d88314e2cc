using System.Text.Json;
using KohyaPS.Engine.Networks.Tools;
using KohyaPS.Safetensors;

namespace KohyaPS.Conformance.NetworkTools;

/// <summary>LoRAs merged with each other, by the peer's present and old rules.</summary>
internal static class MergeLoraCases
{
    public static void Replay(NetworkToolCase recorded, GoldenCheck check)
    {
        var scratch = Directory.CreateTempSubdirectory("kohyaps-").FullName;
        try
        {
            var hasMetadata = recorded.Expected.TryGetProperty("metadata", out _);
            var target = Path.Combine(scratch, recorded.Setting("save_to")?.GetString() ?? "merged.safetensors");
            LoraMerge.Run(new(Networks(recorded, scratch), target)
            {
                Method = Method(recorded),
                Shuffles = Flag(recorded, "shuffle"),
                Permutation = Permutation(recorded),
                MergePrecision = recorded.Precision("precision") ?? SavePrecision.Float,
                Precision = recorded.Precision("save_precision"),
                OmitsMetadata = recorded.Operation != "merge-lora-with-lora" || Flag(recorded, "no_metadata"),
                Clock = ToolMetadata.Clock(hasMetadata ? recorded.Value("metadata") : default),
            });
            recorded.CompareFile(recorded.Expected.TryGetProperty("right_tensors", out var right) ? right : recorded.Expected.GetProperty("file"), target, check, recorded.Expected.GetProperty("file"));
            if (!hasMetadata)
                return;
            using var written = SafetensorsFile.Open(target);
            // Where the peer's numbers are wrong, so are its hashes; where they are only close, they cannot be met.
            ToolMetadata.Compare(recorded.Value("metadata"), written.Metadata, check);
            check.Equal("sshs_model_hash", SafetensorsHashes.OfFile(target).ModelHash, written.Metadata["sshs_model_hash"]);
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    internal static IReadOnlyList<WeightedNetwork> Networks(NetworkToolCase recorded, string scratch) =>
        [.. recorded.Inputs.GetProperty("models").EnumerateArray().Zip(recorded.Settings.GetProperty("ratios").EnumerateArray())
            .Select((n, i) => new WeightedNetwork(recorded.Materialize(n.First, scratch), n.Second.GetDouble(), recorded.BlockWeights(i)))];

    private static LoraMergeMethod Method(NetworkToolCase recorded) => recorded.Operation switch
    {
        "merge-lora-with-lora-v21.8.8" => LoraMergeMethod.Sum2188,
        "merge-lora-with-lora-oldest" => LoraMergeMethod.SumOldest,
        _ => Flag(recorded, "concat") ? LoraMergeMethod.Concatenate : LoraMergeMethod.Sum,
    };

    private static Func<string, int, IReadOnlyList<int>>? Permutation(NetworkToolCase recorded)
    {
        if (!recorded.Draws.TryGetProperty("permutations", out var drawn))
            return null;
        var byModule = drawn.GetProperty("value").EnumerateArray().ToDictionary(d => d.GetProperty("module").GetString()!, d => d.GetProperty("perm").EnumerateArray().Select(p => p.GetInt32()).ToList());
        return (module, _) => byModule[module];
    }

    private static bool Flag(NetworkToolCase recorded, string name) => recorded.Setting(name) is { ValueKind: JsonValueKind.True };
}
