using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using KohyaPS.Engine.Networks.Tools;
using KohyaPS.Safetensors;

namespace KohyaPS.Conformance.NetworkTools;

/// <summary>LoRAs merged into checkpoints: every changed tensor, the digest of all others, the metadata.</summary>
internal static class MergeCheckpointCases
{
    // The peer wrote its own version there, which ours is not.
    private const string Version = "modelspec.implementation_version";

    private static readonly Dictionary<SafetensorsDtype, string> Names = new()
    {
        [SafetensorsDtype.F32] = "float32", [SafetensorsDtype.F16] = "float16", [SafetensorsDtype.BF16] = "bfloat16", [SafetensorsDtype.F64] = "float64",
        [SafetensorsDtype.I64] = "int64", [SafetensorsDtype.I32] = "int32", [SafetensorsDtype.I16] = "int16", [SafetensorsDtype.I8] = "int8",
        [SafetensorsDtype.U8] = "uint8", [SafetensorsDtype.Bool] = "bool",
    };

    public static void Replay(NetworkToolCase recorded, GoldenCheck check)
    {
        var scratch = Directory.CreateTempSubdirectory("kohyaps-").FullName;
        try
        {
            var merged = CheckpointMerge.Run(Request(recorded, scratch));
            using var file = SafetensorsFile.Open(merged.Path);
            Compare(recorded, file, check);
            using var changed = SafetensorsFile.Open(recorded.File(Right(recorded)));
            check.Equal("changed tensors", changed.Entries.Count, merged.ChangedTensors);
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    // Where the peer is wrong, both values are recorded.
    private static JsonElement Right(NetworkToolCase recorded) =>
        recorded.Expected.TryGetProperty("right_tensors", out var right) ? right : recorded.Expected.GetProperty("changed_tensors");

    private static MergeRequest Request(NetworkToolCase recorded, string scratch)
    {
        var settings = recorded.Settings;
        var merge = Precision(settings.GetProperty("precision")) ?? SavePrecision.Float;
        return new()
        {
            Checkpoint = recorded.Materialize(recorded.Inputs.GetProperty("sd_model"), scratch),
            Networks = [.. recorded.Inputs.GetProperty("models").EnumerateArray()
                .Zip(settings.GetProperty("ratios").EnumerateArray(), (model, ratio) => (Path: recorded.Materialize(model, scratch), Ratio: ratio.GetDouble()))
                .Select((n, i) => new WeightedNetwork(n.Path, n.Ratio, recorded.BlockWeights(i)))],
            Destination = Path.Combine(scratch, "out", settings.GetProperty("save_to").GetString()!),
            MergePrecision = merge,
            Precision = Precision(settings.GetProperty("save_precision")) ?? merge,
            // The bases are small: their widths tell nothing.
            Family = Enum.Parse<ModelFamily>(settings.GetProperty("model_type").GetString()!, ignoreCase: true),
            OmitsMetadata = settings.GetProperty("no_metadata").GetBoolean(),
            Clock = new StoppedClock(recorded.Value("metadata")),
        };
    }

    private static void Compare(NetworkToolCase recorded, SafetensorsFile got, GoldenCheck check)
    {
        var expectation = Right(recorded);
        double rtol = expectation.GetProperty("rtol").GetDouble(), atol = expectation.GetProperty("atol").GetDouble();
        using var want = SafetensorsFile.Open(recorded.File(expectation));
        foreach (var entry in want.Entries)
        {
            check.Equal($"{entry.Name} type", entry.Dtype, got[entry.Name].Dtype);
            check.EqualList($"{entry.Name} shape", entry.Shape, got[entry.Name].Shape);
            check.Close(entry.Name, want.ReadFloats(entry.Name), got.ReadFloats(entry.Name), rtol, atol);
        }
        var unchanged = Unchanged(recorded, got);
        check.Equal("unchanged count", recorded.Value("unchanged").GetProperty("count").GetInt32(), unchanged.Count);
        check.Equal("unchanged digest", recorded.Value("unchanged").GetProperty("sha256").GetString(), Digest(got, unchanged));
        foreach (var kept in recorded.Value("kept_in_own_dtype").EnumerateObject())
            check.Equal($"{kept.Name} type", kept.Value.GetString(), Names[got[kept.Name].Dtype]);
        foreach (var dropped in recorded.Value("keys_of_base_dropped_by_peer").EnumerateArray())
            check.True($"{dropped.GetString()} was dropped", got.TryGet(dropped.GetString()!, out _));
        var metadata = recorded.Value("metadata").EnumerateObject().Where(m => m.Name != Version).Select(m => $"{m.Name}={m.Value.GetString()}");
        check.EqualList("metadata", [.. metadata.Order(StringComparer.Ordinal)],
            [.. got.Metadata.Where(m => m.Key != Version).Select(m => $"{m.Key}={m.Value}").Order(StringComparer.Ordinal)]);
    }

    private static List<SafetensorsEntry> Unchanged(NetworkToolCase recorded, SafetensorsFile got)
    {
        using var changed = SafetensorsFile.Open(recorded.File(Right(recorded)));
        var dropped = recorded.Value("keys_of_base_dropped_by_peer").EnumerateArray().Select(d => d.GetString()!).ToHashSet();
        return [.. got.Entries.Where(e => !changed.TryGet(e.Name, out _) && !dropped.Contains(e.Name)).OrderBy(e => e.Name, StringComparer.Ordinal)];
    }

    private static string Digest(SafetensorsFile file, List<SafetensorsEntry> entries)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var entry in entries)
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{entry.Name}\0{Names[entry.Dtype]}\0"));
            hash.AppendData(file.Bytes(entry));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static SavePrecision? Precision(JsonElement name) => name.GetString() switch
    {
        null => null,
        "fp16" => SavePrecision.Fp16,
        "bf16" => SavePrecision.Bf16,
        _ => SavePrecision.Float,
    };

    /// <summary>Stands at the date of the recorded metadata.</summary>
    private sealed class StoppedClock(JsonElement metadata) : TimeProvider
    {
        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override DateTimeOffset GetUtcNow() => metadata.TryGetProperty("modelspec.date", out var date)
            ? DateTimeOffset.Parse(date.GetString()!, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal)
            : DateTimeOffset.UnixEpoch;
    }
}
