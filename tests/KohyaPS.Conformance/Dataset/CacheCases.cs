using System.Text.Json;
using KohyaPS.Engine.Caching;
using KohyaPS.Engine.Caching.Npz;
using static TorchSharp.torch;

namespace KohyaPS.Conformance.Dataset;

/// <summary>Files in which sd-scripts keeps latents and text states: what may be cached, names, when a file may be used again, text states.</summary>
internal static class CacheCases
{
    public static void ReplayCacheable(DatasetCase recorded, GoldenCheck check)
    {
        var config = ConfigFrom.Settings(recorded.Settings).With("network_train_unet_only", true);
        bool Accepts(string setting) => config.With(setting, true).Validate().All(problem => problem.IsWarning || problem.Setting is not ("CacheLatents" or "CacheTextEncoderOutputs"));
        var latents = config.With("cache_latents", false).With("cache_text_encoder_outputs", false);
        check.Equal("latents", recorded.Expected.GetProperty("latents").GetBoolean(), Accepts("cache_latents"));
        config = latents;
        check.Equal("text encoder outputs", recorded.Expected.GetProperty("right_text_encoder_outputs").GetBoolean(), Accepts("cache_text_encoder_outputs"));
    }

    public static void ReplayName(DatasetCase recorded, GoldenCheck check)
    {
        using var folder = new ScratchFolder();
        var image = Path.Combine(folder.Path, recorded.Inputs.GetProperty("image").GetString()!);
        var size = AssignmentCases.SizeOf(recorded.Inputs.GetProperty("image_size_wh"));
        if (recorded.Inputs.GetProperty("old_npz_exists").GetBoolean())
            File.WriteAllBytes(Path.ChangeExtension(image, null) + ".npz", []);
        var expected = recorded.Expected;
        string Name(string path) => Path.GetRelativePath(folder.Path, path);
        check.Equal("sd", expected.GetProperty("sd").GetString(), Name(CacheFileNames.Latents(image, size, isSdxl: false)));
        check.Equal("sdxl", expected.GetProperty("sdxl").GetString(), Name(CacheFileNames.Latents(image, size, isSdxl: true)));
        check.Equal("text_encoder_sdxl", expected.GetProperty("text_encoder_sdxl").GetString(), Name(CacheFileNames.TextStates(image)));
        if (expected.TryGetProperty("size_read_back", out var read) && read.ValueKind == JsonValueKind.Array)
            check.Equal("size_read_back", AssignmentCases.SizeOf(read), CacheFileNames.SizeOf(CacheFileNames.Latents(image, size, isSdxl: false)));
    }

    public static void ReplayValidity(DatasetCase recorded, GoldenCheck check)
    {
        var path = Path.Combine(recorded.Folder, recorded.Inputs.GetProperty("file").GetString()!);
        var bucket = AssignmentCases.SizeOf(recorded.Inputs.GetProperty("bucket_reso_wh"));
        var fits = KohyaLatents.Read(path) is { } stored
            && stored.Fits(bucket, recorded.Settings.GetProperty("flip_aug").GetBoolean(), recorded.Settings.GetProperty("alpha_mask").GetBoolean());
        check.Equal("right", recorded.Expected.GetProperty("right").GetBoolean(), fits);
        check.Equal("peer_skip_cache_check", recorded.Expected.GetProperty("peer_skip_cache_check").GetBoolean(), File.Exists(path));
    }

    /// <summary>What the peer wrote is read, and written again to the same members.</summary>
    public static void ReplayText(DatasetCase recorded, GoldenCheck check)
    {
        using var folder = new ScratchFolder();
        using var tensors = recorded.OpenTensors();
        using var scope = NewDisposeScope();
        foreach (var file in recorded.Expected.GetProperty("files").EnumerateArray())
        {
            var name = file.GetProperty("file_name").GetString()!;
            var stored = KohyaTextStates.Read(Path.Combine(recorded.Folder, file.GetProperty("file").GetString()!));
            check.Equal($"{name}: valid", file.GetProperty("valid").GetBoolean(), stored is not null);
            if (stored is null)
                continue;
            foreach (var (key, states) in new[] { ("hidden_state1", stored.States1), ("hidden_state2", stored.States2), ("pool2", stored.Pooled2) })
                check.Close($"{name}: {key}", tensors.ReadFloats(file.GetProperty("values").GetProperty(key).GetString()!), states.to(float32).data<float>().ToArray(), rtol: 0);
            var written = Path.Combine(folder.Path, name);
            // The encoders' own type, as a training hands it on.
            var dtype = recorded.Settings.GetProperty("encoder_dtype").GetString() switch { "float16" => float16, "bfloat16" => bfloat16, _ => float32 };
            new KohyaTextStates(stored.States1.to(dtype), stored.States2.to(dtype), stored.Pooled2.to(dtype), "of this caption").Write(written);
            CompareMembers(name, file, written, check);
        }
    }

    /// <summary>The members of a file that the product wrote: names, headers, sizes; more members may follow.</summary>
    internal static void CompareMembers(string what, JsonElement file, string path, GoldenCheck check)
    {
        var (arrays, _) = NpzFile.Read(path);
        using var archive = System.IO.Compression.ZipFile.OpenRead(path);
        foreach (var member in file.GetProperty("members").EnumerateArray())
        {
            var name = member.GetProperty("name").GetString()!;
            var entry = archive.GetEntry(name);
            check.True($"{what}: no {name}", entry is not null);
            if (entry is null)
                continue;
            check.Equal($"{what}: {name} stored", entry.Length, entry.CompressedLength);
            var bytes = NpyFormat.Write(arrays[Path.GetFileNameWithoutExtension(name)]);
            var offset = member.GetProperty("data_offset").GetInt32();
            check.Equal($"{what}: {name} header", member.GetProperty("npy_header").GetString(), System.Text.Encoding.ASCII.GetString(bytes, 10, offset - 10).TrimEnd());
            check.Equal($"{what}: {name} bytes", member.GetProperty("data_bytes").GetInt32(), bytes.Length - offset);
            check.Equal($"{what}: {name} version", (1, 0), ((int)bytes[6], (int)bytes[7]));
        }
        check.EqualList($"{what}: arrays", [.. file.GetProperty("members").EnumerateArray().Select(m => Path.GetFileNameWithoutExtension(m.GetProperty("name").GetString()!)).Order(StringComparer.Ordinal)],
            [.. arrays.Keys.Order(StringComparer.Ordinal)]);
    }
}
