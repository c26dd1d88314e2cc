using KohyaPS.Engine.Networks;
using KohyaPS.Engine.Networks.Tools;
using KohyaPS.Safetensors;

namespace KohyaPS.Conformance.NetworkTools;

/// <summary>DyLoRAs split, files measured, checkpoints mixed.</summary>
internal static class SmallToolCases
{
    public static void ReplaySplit(NetworkToolCase recorded, GoldenCheck check)
    {
        var scratch = Directory.CreateTempSubdirectory("kohyaps-").FullName;
        try
        {
            var target = Path.Combine(scratch, recorded.Settings.GetProperty("save_to").GetString()!);
            var written = DyLoraSplit.Run(recorded.Materialize(recorded.Inputs.GetProperty("model"), scratch), target, recorded.Settings.GetProperty("unit").GetInt32()).Select(n => n.Path).ToList();
            var files = recorded.Value("files");
            check.EqualList("files", [.. files.EnumerateObject().Select(f => f.Name)], [.. written.Select(Path.GetFileName)!]);
            foreach (var (file, path) in files.EnumerateObject().Zip(written))
            {
                recorded.CompareFile(file.Value, path, check);
                using var got = SafetensorsFile.Open(path);
                ToolMetadata.Compare(file.Value.GetProperty("metadata"), got.Metadata, check, file.Value.GetProperty("right_hashes"));
            }
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    public static void ReplayVerify(NetworkToolCase recorded, GoldenCheck check)
    {
        var path = recorded.File(recorded.Inputs.GetProperty("file"));
        var network = NetworkStatistics.Of(path, includesAll: false);
        var all = NetworkStatistics.Of(path, includesAll: true);
        var head = $"number of LoRA modules: {network.Count}";
        check.EqualList("lines", Lines(recorded.Value("stdout").GetString()!), [head, .. network.Select(Line)]);
        // The peer lists the network's tensors twice here.
        check.EqualList("lines of all keys", Lines(recorded.Value("stdout_show_all_keys").GetString()!), [head, $"number of all modules: {network.Count + all.Count}", .. network.Concat(all).Select(Line)]);
    }

    public static void ReplayModelMerge(NetworkToolCase recorded, GoldenCheck check)
    {
        var scratch = Directory.CreateTempSubdirectory("kohyaps-").FullName;
        try
        {
            var paths = recorded.Inputs.GetProperty("models").EnumerateArray().Select(m => recorded.Materialize(m, scratch)).ToList();
            var ratios = recorded.Setting("ratios")?.EnumerateArray().Select(r => r.GetDouble()).ToList() ?? [.. paths.Select(_ => 1.0 / paths.Count)];
            var target = Path.Combine(scratch, "out", "merged.safetensors");
            ModelMerge.Run(new([.. paths.Zip(ratios)], target)
            {
                UnetOnly = recorded.Settings.GetProperty("unet_only").GetBoolean(),
                MergePrecision = recorded.Precision("precision") ?? SavePrecision.Float,
                Precision = recorded.Precision("saving_precision") ?? SavePrecision.Float,
            });
            recorded.CompareFile(recorded.Expected.TryGetProperty("right_file", out var right) ? right : recorded.Expected.GetProperty("file"), target, check);
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    private static string[] Lines(string text) => text.TrimEnd('\n').Split('\n');

    private static string Line(TensorStatistic tensor)
    {
        var shape = tensor.Shape.Count == 1 ? $"{tensor.Shape[0]}," : string.Join('-', tensor.Shape);
        return $"{tensor.Name},({shape}),{PythonText.Float(tensor.Mean)},{PythonText.Float(tensor.Minimum)}";
    }
}
