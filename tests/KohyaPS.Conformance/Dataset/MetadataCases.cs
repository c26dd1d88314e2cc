using System.Text.Json;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;

namespace KohyaPS.Conformance.Dataset;

/// <summary>Data sets whose pictures and captions a metadata file names.</summary>
internal static class MetadataCases
{
    public static void Replay(DatasetCase recorded, GoldenCheck check)
    {
        using var folder = new ScratchFolder();
        var inputs = recorded.Inputs;
        Build(folder.Path, inputs);
        var repeats = recorded.Settings.TryGetProperty("num_repeats", out var given) ? given.GetInt64() : 1;
        var settings = JsonSerializer.SerializeToElement(recorded.Settings.EnumerateObject().Where(s => s.Name != "num_repeats").ToDictionary(s => s.Name, s => s.Value));
        var config = ConfigFrom.Settings(settings) with { BaseFolder = folder.Path };
        var subset = new SubsetDefinition
        {
            ImageDir = inputs.GetProperty("image_dir").GetString(),
            MetadataFile = inputs.GetProperty("file").GetString(),
            NumRepeats = (int)repeats,
        };
        config = config with { Datasets = [new DatasetDefinition { Subsets = [subset] }] };
        if (recorded.IsError)
        {
            check.True("should be refused", AssignmentCases.Refuses(() => _ = DatasetReader.Read(config)));
            return;
        }
        var dataset = DatasetReader.Read(config).Single();
        var expected = recorded.Expected;
        var rightCaptions = expected.TryGetProperty("right_captions", out var right) ? right.EnumerateObject().ToDictionary(c => c.Name, c => c.Value.GetString()!) : [];
        var want = expected.GetProperty("registered").EnumerateArray()
            .Select(r => (Key: r.GetProperty("key").GetString()!, Entry: r)).ToList();
        check.Equal("kept_subsets", expected.GetProperty("kept_subsets").GetInt32(), dataset.Subsets.Count);
        check.EqualList("captions", [.. want.Select(w => (w.Key, rightCaptions.GetValueOrDefault(w.Key, w.Entry.GetProperty("caption").GetString()!)))],
            [.. dataset.Images.Select(i => (KeyOf(folder, inputs, i), i.Caption.Text))]);
        check.EqualList("sizes", [.. want.Select(w => AssignmentCases.SizeOf(w.Entry.GetProperty("image_size")))], [.. dataset.Images.Select(i => i.Size)]);
        check.EqualList("num_repeats", [.. want.Select(w => w.Entry.GetProperty("num_repeats").GetInt64())], [.. dataset.Images.Select(i => i.Subset.Repeats)]);
        check.Equal("num_train_images", expected.GetProperty("num_train_images").GetInt64(), dataset.RepeatedImageCount);
        check.EqualList("tag_frequency", [.. expected.GetProperty("tag_frequency").EnumerateObject().Select(t => (t.Name, t.Value.GetInt32())).Order()],
            [.. dataset.Subsets.SelectMany(TagFrequency.Of).Select(t => (t.Key, t.Value)).Order()]);
    }

    private static string KeyOf(ScratchFolder folder, JsonElement inputs, TrainingImage image) =>
        Path.GetRelativePath(Path.Combine(folder.Path, inputs.GetProperty("image_dir").GetString() ?? ""), image.Path).Replace(Path.DirectorySeparatorChar, '/');

    private static void Build(string root, JsonElement inputs)
    {
        foreach (var entry in inputs.GetProperty("tree").EnumerateArray())
        {
            var path = Path.Combine(root, entry.GetProperty("path").GetString()!);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            var size = AssignmentCases.SizeOf(entry.GetProperty("image"));
            using var picture = new Image<Rgb24>(size.Width, size.Height);
            picture.Save(path);
        }
        var file = Path.Combine(root, inputs.GetProperty("file").GetString()!);
        if (inputs.GetProperty("raw") is { ValueKind: JsonValueKind.String } raw)
            File.WriteAllText(file, raw.GetString());
        else if (inputs.GetProperty("metadata") is { ValueKind: JsonValueKind.Object } metadata)
            File.WriteAllText(file, metadata.GetRawText());
        else if (inputs.GetProperty("metadata") is { ValueKind: JsonValueKind.Array } lines)
            File.WriteAllLines(file, lines.EnumerateArray().Select(line => JsonSerializer.Serialize(line)));
    }
}
