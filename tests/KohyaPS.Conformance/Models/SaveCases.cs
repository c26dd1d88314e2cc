using System.Security.Cryptography;
using System.Text.Json;
using KohyaPS.Engine.Checkpoints;
using KohyaPS.Engine.Checkpoints.Saving;
using KohyaPS.Safetensors;
using static TorchSharp.torch;

namespace KohyaPS.Conformance.Models;

/// <summary>Saving a model as a single file, new or over its source.</summary>
internal static class SaveCases
{
    public static void Replay(ModelCase recorded, GoldenCheck check)
    {
        var mini = new MiniCheckpoint(recorded.CheckpointFolder);
        if (mini.Family != ModelFamily.Sd1)
            GoldenCheck.Skip("arrives with a later issue: saving SD2 and SDXL models");
        var precision = recorded.Settings.GetProperty("save_precision").GetString() switch
        {
            "fp16" => SavePrecision.Fp16,
            "bf16" => SavePrecision.Bf16,
            _ => SavePrecision.Float,
        };
        var isOverSource = recorded.Settings.GetProperty("source").ValueKind == JsonValueKind.String;
        var path = Path.Combine(Path.GetTempPath(), $"kohyaps-{Guid.NewGuid():N}.safetensors");
        try
        {
            // A new file must come out the same from either layout.
            foreach (var open in isOverSource ? [mini.OpenSingleFile] : new[] { mini.OpenSingleFile, mini.OpenFolder })
            {
                using (var checkpoint = open())
                {
                    var tensors = isOverSource ? CheckpointTensors.OfFile(checkpoint) : CheckpointTensors.OfParts(checkpoint);
                    TensorFile.Save(path, tensors, t => t.Part is null ? t.Dtype : precision.ToTorch(), metadata: null);
                }
                Compare(mini, path, precision, recorded.Expected, check);
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static void Compare(MiniCheckpoint mini, string path, SavePrecision precision, JsonElement expected, GoldenCheck check)
    {
        using var scope = NewDisposeScope();
        using var source = TensorFileStore.Open(mini.SingleFilePath);
        using var saved = TensorFileStore.Open(path);
        using var file = SafetensorsFile.Open(path);
        var missing = expected.GetProperty("missing").EnumerateArray().Select(m => m.GetString()!).ToHashSet();
        var exceptions = expected.GetProperty("exceptions");
        check.EqualList("keys", [.. source.Names.Where(n => !missing.Contains(n)).Order(StringComparer.Ordinal)], [.. saved.Names.Order(StringComparer.Ordinal)]);
        check.Equal("key_count", expected.GetProperty("key_count").GetInt32(), saved.Names.Count);
        var equal = 0;
        foreach (var name in saved.Names)
        {
            var bytes = file.Bytes(file[name]);
            if (exceptions.TryGetProperty(name, out var exception))
            {
                check.Equal($"{name} content", exception.GetProperty("sha256_le").GetString(), Convert.ToHexStringLower(SHA256.HashData(bytes)));
                check.EqualList($"{name} shape", [.. exception.GetProperty("shape").EnumerateArray().Select(d => d.GetInt64())], saved.Shape(name));
                continue;
            }
            using var cast = source.Read(name).to(precision.ToTorch()).contiguous();
            check.EqualList($"{name} shape", cast.shape, saved.Shape(name));
            check.Equal($"{name} type", cast.dtype.ToStored(), file[name].Dtype);
            check.True($"{name} differs from the source cast to {precision}", bytes.SequenceEqual(cast.bytes));
            equal++;
        }
        check.Equal("equal_after_cast", expected.GetProperty("equal_after_cast").GetInt32(), equal);
    }
}
