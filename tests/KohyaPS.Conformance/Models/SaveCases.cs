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
        SavePrecision? asked = recorded.Settings.GetProperty("save_precision").GetString() switch
        {
            null => null,
            "fp16" => SavePrecision.Fp16,
            "bf16" => SavePrecision.Bf16,
            _ => SavePrecision.Float,
        };
        var isOverSource = recorded.Settings.GetProperty("source").ValueKind == JsonValueKind.String;
        var knowsLogitScale = recorded.Settings.GetProperty("logit_scale_known").GetBoolean();
        var path = Path.Combine(Path.GetTempPath(), $"kohyaps-{Guid.NewGuid():N}.safetensors");
        try
        {
            // A new file must come out the same from either layout; only SDXL's single file knows the scale of the logits.
            var opens = isOverSource || (mini.Family == ModelFamily.Sdxl && knowsLogitScale) ? [mini.OpenSingleFile]
                : mini.Family == ModelFamily.Sdxl ? [mini.OpenFolder] : new[] { mini.OpenSingleFile, mini.OpenFolder };
            foreach (var open in opens)
            {
                using (var checkpoint = open())
                {
                    var tensors = isOverSource ? CheckpointTensors.OfFile(checkpoint) : CheckpointTensors.OfParts(checkpoint);
                    // The peer holds its models in float32: without a precision that is what it saves.
                    TensorFile.Save(path, tensors, t => asked is null ? t.IsFloatingPoint && t.Part is not null ? ScalarType.Float32 : t.Dtype : t.SaveType(checkpoint.Family, asked), metadata: null);
                }
                Compare(mini, path, asked ?? SavePrecision.Float, recorded.Expected, check);
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
                // Where the peer writes a wrong tensor, the right one is recorded beside it.
                var right = exception.TryGetProperty("right_sha256_le", out var hash) && hash.ValueKind == JsonValueKind.String ? hash : exception.GetProperty("sha256_le");
                check.Equal($"{name} content", right.GetString(), Convert.ToHexStringLower(SHA256.HashData(bytes)));
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
