using System.Runtime.InteropServices;
using KohyaPS.Safetensors;

namespace KohyaPS.Conformance.NetworkTools;

/// <summary>
/// Hashes of network files, as the writers compute them and as web UIs show them. CRC32, BLAKE3 and the hash of LyCORIS are recorded too;
/// nothing here writes or shows them yet.
/// </summary>
internal static class HashCases
{
    public static void Replay(NetworkToolCase recorded, GoldenCheck check)
    {
        var path = recorded.File(recorded.Inputs.GetProperty("file"));
        using var file = SafetensorsFile.Open(path);
        string Want(string name) => recorded.Value(name).GetString()!;

        // As a writer computes them: from the tensors alone, and where it then puts them.
        var tensors = file.Entries.Select(e => new SafetensorsDeclaration(e.Name, e.Dtype, e.Shape)).Reverse().ToList();
        void Source(SafetensorsEntry entry, Stream target) => file.CopyTo(file[entry.Name], target);
        var hashes = SafetensorsHashes.Compute(tensors, file.Metadata, Source);
        check.Equal("sshs_model_hash", Want("sshs_model_hash"), hashes.ModelHash);
        check.Equal("sshs_legacy_hash", Want("sshs_legacy_hash"), hashes.LegacyHash);
        var writer = new SafetensorsWriter(tensors, file.Metadata);
// Tensors without bytes share their place with the next one, so that their order is a matter of reading.
        bool HasBytes(string name) => file[name].Length > 0;
        check.EqualList("tensor_order_in_file", [.. recorded.Value("tensor_order_in_file").EnumerateArray().Select(n => n.GetString()!).Where(HasBytes)],
            [.. writer.Entries.Select(e => e.Name).Where(HasBytes)]);
        foreach (var entry in writer.Entries)
            check.Equal($"place of {entry.Name}", (file[entry.Name].Begin, file[entry.Name].End), (entry.Begin, entry.End));
        check.Equal("header_length", recorded.Value("header_length").GetInt64(), writer.FileLength - file.DataLength - 8);

        // As others see the file.
        check.Equal("sha256", Want("sha256"), SafetensorsHashes.Sha256(path));
        check.Equal("AutoV2", Want("AutoV2"), SafetensorsHashes.Sha256(path)[..10]);
        check.Equal("AutoV1", Want("AutoV1"), SafetensorsHashes.OldModelHash(path));
        check.Equal("AutoV3", Want("AutoV3"), SafetensorsHashes.OfFile(path).ModelHash[..12]);
    }

    public static void ReplayByRule(NetworkToolCase recorded, GoldenCheck check)
    {
        // The rule stands as text in the case: "float32 [300000], element i = i * 0.5".
        var rules = recorded.Inputs.GetProperty("tensors").EnumerateObject().Select(t => TensorRule.Parse(t.Name, t.Value.GetString()!)).ToDictionary(t => t.Declaration.Name);
        var metadata = recorded.Inputs.GetProperty("metadata").EnumerateObject().ToDictionary(m => m.Name, m => m.Value.GetString()!);
        void Source(SafetensorsEntry entry, Stream target) => target.Write(rules[entry.Name].Bytes());
        var hashes = SafetensorsHashes.Compute(rules.Values.Select(r => r.Declaration), metadata, Source);
        check.Equal("sshs_model_hash", recorded.Value("sshs_model_hash").GetString(), hashes.ModelHash);
        check.Equal("sshs_legacy_hash", recorded.Value("sshs_legacy_hash").GetString(), hashes.LegacyHash);
        var file = new SafetensorsWriter(rules.Values.Select(r => r.Declaration), metadata);
        check.Equal("size", recorded.Value("size").GetInt64(), file.FileLength);
        check.Equal("header_length", recorded.Value("header_length").GetInt64(), file.FileLength - 8 - file.Entries[^1].End);
    }

    private sealed record TensorRule(SafetensorsDeclaration Declaration, double Factor)
    {
        public static TensorRule Parse(string name, string rule)
        {
            var parts = rule.Split([' ', '[', ']', ','], StringSplitOptions.RemoveEmptyEntries);
            if (parts is not [var dtype, var count, "element", "i", "=", "i", .. var factor])
                throw new GoldenSkipException($"the rule '{rule}' is of an unknown form");
            var invariant = System.Globalization.CultureInfo.InvariantCulture;
            return new(new(name, dtype == "float16" ? SafetensorsDtype.F16 : SafetensorsDtype.F32, [long.Parse(count, invariant)]), factor is ["*", var f] ? double.Parse(f, invariant) : 1);
        }

        public byte[] Bytes()
        {
            var numbers = Enumerable.Range(0, (int)Declaration.Shape[0]).Select(i => i * Factor);
            return Declaration.Dtype == SafetensorsDtype.F16
                ? MemoryMarshal.AsBytes(numbers.Select(n => (Half)n).ToArray().AsSpan()).ToArray()
                : MemoryMarshal.AsBytes(numbers.Select(n => (float)n).ToArray().AsSpan()).ToArray();
        }
    }
}
