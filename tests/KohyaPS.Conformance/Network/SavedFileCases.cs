using System.Text.Json;
using KohyaPS.Engine.Checkpoints.Saving;
using KohyaPS.Engine.Networks;
using KohyaPS.Safetensors;
using static TorchSharp.torch;

namespace KohyaPS.Conformance.Network;

/// <summary>A file of the peer, loaded into a network and saved again, has the same tensors in the same place.</summary>
internal static class SavedFileCases
{
    public static void Replay(JsonElement recorded, string folder, GoldenCheck check)
    {
        using var scope = NewDisposeScope();
        var settings = recorded.GetProperty("settings");
        var expected = recorded.GetProperty("expected");
        var source = Path.Combine(folder, recorded.GetProperty("inputs").GetProperty("file").GetString()!);
        var metadata = settings.GetProperty("metadata").EnumerateObject().ToDictionary(m => m.Name, m => m.Value.GetString()!);
        SavePrecision? precision = settings.GetProperty("save_precision").GetString() switch
        {
            "fp16" => SavePrecision.Fp16,
            "bf16" => SavePrecision.Bf16,
            "float" => SavePrecision.Float,
            _ => null,
        };
        using var network = FileNetwork.Of(TensorFile.Read(source));
        var path = Path.Combine(Path.GetTempPath(), $"kohyaps-{Guid.NewGuid():n}.safetensors");
        try
        {
            NetworkWriter.Write(path, network, metadata, precision);
            using var written = SafetensorsFile.Open(path);
            check.EqualList("order", Texts(expected.GetProperty("order").GetProperty("value")), [.. written.Entries.Select(e => e.Name)]);
            foreach (var entry in written.Entries)
            {
                check.Equal($"{entry.Name} dtype", expected.GetProperty("dtypes").GetProperty("value").GetProperty(entry.Name).GetString(), entry.Dtype.ToName());
                check.EqualList($"{entry.Name} shape", [.. expected.GetProperty("shapes").GetProperty("value").GetProperty(entry.Name).EnumerateArray().Select(d => d.GetInt64())], [.. entry.Shape]);
            }
            foreach (var (key, value) in metadata)
                check.Equal(key, value, written.Metadata.GetValueOrDefault(key));
            check.Equal("sshs_model_hash", expected.GetProperty("sshs_model_hash").GetProperty("value").GetString(), written.Metadata["sshs_model_hash"]);
            check.Equal("sshs_legacy_hash", expected.GetProperty("sshs_legacy_hash").GetProperty("value").GetString(), written.Metadata["sshs_legacy_hash"]);
            // Whole-file hashes follow from the order of the peer's metadata, which is arbitrary: they can only be read from the peer's own file.
            check.Equal("sha256_of_file", expected.GetProperty("sha256_of_file").GetProperty("value").GetString(), SafetensorsHashes.Sha256(source));
            check.Equal("model_hash_of_file", expected.GetProperty("model_hash_of_file").GetProperty("value").GetString(), SafetensorsHashes.OldModelHash(source));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static List<string> Texts(JsonElement list) => [.. list.EnumerateArray().Select(e => e.GetString()!)];
}
