using System.Text.Json;

namespace KohyaPS.Conformance.Dataset;

/// <summary>Trees of folders and files: what the folder convention finds in them.</summary>
internal static class TreeCases
{
    public static void Replay(DatasetCase recorded, GoldenCheck check)
    {
        if (OperatingSystem.IsWindows())
            GoldenCheck.Skip("the trees hold names that Windows does not allow");
        using var folder = new ScratchFolder();
        foreach (var entry in recorded.Inputs.GetProperty("tree").EnumerateArray())
            Build(folder.Path, entry);
        var settings = recorded.Settings;
        var config = ConfigFrom.Settings(settings) with { BaseFolder = folder.Path };
        var dataset = DatasetReader.Read(config).Single();
        var expected = recorded.Expected;

        string Relative(string path) => Path.GetRelativePath(folder.Path, path);
        var found = dataset.Subsets.Select(s => (Relative(s.Folder), s.Repeats, s.IsRegularization, s.ClassTokens))
            .Concat(dataset.IgnoredFolders.Where(f => f.Reason == IgnoredFolderReason.NoImages).Select(f => Empty(Relative(f.Path), f.IsRegularization)))
            .OrderBy(s => s.IsRegularization).ThenBy(s => s.Item1, StringComparer.Ordinal).ToList();
        check.EqualList("subsets", [.. expected.GetProperty("subsets").EnumerateArray().Select(SubsetOf)], found);
        foreach (var (name, isRegularization) in new[] { ("ignored_train", false), ("ignored_reg", true) })
            if (expected.TryGetProperty(name, out var ignored))
                check.EqualList(name, [.. ignored.EnumerateArray().Select(f => (f.GetProperty("folder").GetString()!, f.GetProperty("reason").GetString()!.StartsWith("no number", StringComparison.Ordinal))).Order()],
                    [.. dataset.IgnoredFolders.Where(f => f.IsRegularization == isRegularization && (f.Reason is IgnoredFolderReason.NoRepeats or IgnoredFolderReason.RepeatsBelowOne))
                        .Select(f => (Path.GetFileName(f.Path), f.Reason == IgnoredFolderReason.NoRepeats)).Order()]);
        if (expected.TryGetProperty("loaded", out var loaded))
            CompareLoaded(dataset, loaded, expected, Relative, check);
        else
            check.True("a dataset without pictures should be refused", AssignmentCases.Refuses(dataset.EnsureTrainable));
    }

    private static void CompareLoaded(TrainingDataset dataset, JsonElement loaded, JsonElement expected, Func<string, string> relative, GoldenCheck check)
    {
        var rightImages = expected.TryGetProperty("right_images", out var right) ? right.EnumerateArray().Select(i => i.GetString()!).ToList() : null;
        var rightCaptions = expected.TryGetProperty("right_captions", out var captions) ? captions.EnumerateObject().ToDictionary(c => c.Name, c => c.Value.GetString()) : [];
        check.EqualList("loaded subsets", [.. loaded.EnumerateArray().Select(SubsetOf)], [.. dataset.Subsets.Select(s => (relative(s.Folder), s.Repeats, s.IsRegularization, s.ClassTokens))]);
        foreach (var (subset, want) in dataset.Subsets.Zip(loaded.EnumerateArray()))
        {
            var name = subset.Name;
            if (rightImages is not null)
            {
                check.EqualList($"{name}: images", rightImages, [.. subset.Images.Select(i => i.Name)]);
                continue;
            }
            check.Equal($"{name}: img_count", want.GetProperty("img_count").GetInt32(), subset.Images.Count);
            check.EqualList($"{name}: images", [.. want.GetProperty("images").EnumerateArray().Select(i => i.GetProperty("file").GetString()!)], [.. subset.Images.Select(i => relative(i.Path))]);
            check.EqualList($"{name}: captions",
                [.. want.GetProperty("images").EnumerateArray().Select(i => rightCaptions.GetValueOrDefault(Path.GetFileName(i.GetProperty("file").GetString()!), i.GetProperty("caption").GetString()))],
                [.. subset.Images.Select(i => i.Caption.Text)]);
            if (rightCaptions.Count == 0 && expected.GetProperty("tag_frequency").TryGetProperty(name, out var frequency))
                check.EqualList($"{name}: tag_frequency", [.. frequency.EnumerateObject().Select(t => (t.Name, t.Value.GetInt32())).Order()], [.. TagFrequency.Of(subset).Select(t => (t.Key, t.Value)).Order()]);
        }
        if (rightImages is not null)
            return;
        check.Equal("num_train_images", expected.GetProperty("num_train_images").GetInt64(), dataset.RepeatedImageCount);
        check.Equal("num_reg_images", expected.GetProperty("num_reg_images").GetInt64(), dataset.Subsets.Where(s => s.IsRegularization).Sum(s => s.Images.Count * s.Repeats));
        if (rightCaptions.Count == 0)
            check.EqualList("missing_caption_counts", [.. expected.GetProperty("missing_caption_counts").EnumerateArray().Select(c => c.GetInt32())],
                [.. dataset.Subsets.Select(s => s.Images.Count(i => i.Caption.Source != CaptionSource.File)).Where(count => count > 0)]);
    }

    private static (string Folder, long Repeats, bool IsRegularization, string? ClassTokens) SubsetOf(JsonElement subset) =>
        (subset.GetProperty("image_dir").GetString()!, subset.GetProperty("num_repeats").GetInt64(), subset.GetProperty("is_reg").GetBoolean(), subset.GetProperty("class_tokens").GetString());

    private static (string Folder, long Repeats, bool IsRegularization, string? ClassTokens) Empty(string folder, bool isRegularization) =>
        KohyaPS.Datasets.FolderName.TryParse(Path.GetFileName(folder), out var repeats, out var classTokens)
            ? (folder, repeats, isRegularization, classTokens)
            : throw new InvalidDataException($"'{folder}' is no subset.");

    private static void Build(string root, JsonElement entry)
    {
        var name = entry.GetProperty("path").GetString()!;
        var path = Path.Combine(root, name);
        Directory.CreateDirectory(name.EndsWith('/') ? path : Path.GetDirectoryName(path)!);
        if (entry.TryGetProperty("image", out var size))
            ScratchFolder.WritePicture(path, size[0].GetInt32(), size[1].GetInt32());
        else if (entry.TryGetProperty("text", out var text))
            File.WriteAllText(path, text.GetString()!.Replace("{root}", root, StringComparison.Ordinal));
    }
}
