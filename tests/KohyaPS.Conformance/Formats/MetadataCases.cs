using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using KohyaPS.Conformance.Dataset;
using KohyaPS.Engine.Configuration;
using KohyaPS.Engine.Training.Planning;
using KohyaPS.Engine.Training.Saving;

namespace KohyaPS.Conformance.Formats;

/// <summary>The metadata of every file that a run leaves, from its command line and its pictures.</summary>
internal static partial class MetadataCases
{
    private const double Started = 1795564646.0434563;

    public static void Replay(JsonElement recorded, GoldenCheck check)
    {
        using var folder = new ScratchFolder();
        var inputs = recorded.GetProperty("inputs");
        Build(folder.Path, inputs, recorded.GetProperty("settings"));
        var config = ConfigFiles.WithDatasets(FormatsConfig.Of(recorded.GetProperty("settings"), folder.Path));
        if (config.Validation.ValidationSplit > 0)
            GoldenCheck.Skip("held-back pictures for validation arrive with a later issue");
        var datasets = PlannedDatasets.Prepare(config);
        // A training that passes over the captions beside its pictures is refused to users; the peer's runs do just that.
        check.EqualList("problems", [], [.. datasets.Problems.Where(p => !p.IsWarning && p.Setting != nameof(CaptionsSettings.CaptionExtension)).Select(p => p.Message)]);
        var length = StepArithmetic.Compute(config, datasets.Read.Sum(d => d.RepeatedImageCount), datasets.Epochs!.BatchesPerEpoch, datasets.Read.Any(d => d.RegularizationImageCount > 0));
        var sources = TrainingSources.Read(config);
        var expected = recorded.GetProperty("expected");
        var volatileKeys = expected.GetProperty("volatile").GetProperty("value").EnumerateArray().Select(k => k.GetString()!).ToHashSet();
        var files = expected.GetProperty("metadata").GetProperty("value").EnumerateObject().ToList();
        check.EqualList("files", [.. files.Select(f => f.Name).Order(StringComparer.Ordinal)], [.. Saves(config, length).Select(s => s.File).Order(StringComparer.Ordinal)]);
        foreach (var (file, step, epoch) in Saves(config, length).Where(s => files.Exists(f => f.Name == s.File)))
            Compare(check, file, files.Single(f => f.Name == file).Value, volatileKeys, NetworkMetadata.Build(new()
            {
                Config = config,
                Datasets = datasets.Epochs.Datasets,
                Length = length,
                Sources = sources,
                Seed = config.Training.Seed!.Value,
                SessionId = 1,
                StartedAt = Started,
                FinishedAt = DateTimeOffset.UnixEpoch.AddSeconds(Started + 60),
                Step = step,
                Epoch = epoch,
                ComputedIn = config.Runtime.MixedPrecision,
                Program = "KohyaPS/1",
            }));
    }

    private static void Compare(GoldenCheck check, string file, JsonElement expected, HashSet<string> volatileKeys, IReadOnlyDictionary<string, string> got)
    {
        // The hashes of the weights are the writer's; these are replayed with written files.
        var wanted = expected.EnumerateObject().Where(e => !e.Name.StartsWith("sshs_", StringComparison.Ordinal)).ToDictionary(e => e.Name, e => e.Value.GetString()!);
        check.EqualList($"{file} keys", [.. wanted.Keys.Order(StringComparer.Ordinal)], [.. got.Keys.Order(StringComparer.Ordinal)]);
        foreach (var (key, want) in wanted.Where(e => got.ContainsKey(e.Key)))
        {
            var has = got[key];
            if (volatileKeys.Contains(key) || (key == "modelspec.title" && Form(want) != want && want.StartsWith("LoRA@", StringComparison.Ordinal)))
                check.Equal($"{file} {key} form", key is "ss_sd_scripts_commit_hash" or "modelspec.implementation_version" ? "text" : Form(want),
                    key is "ss_sd_scripts_commit_hash" or "modelspec.implementation_version" ? Program().IsMatch(has) ? "text" : has : Form(has));
            else if (want is ['{', ..] or ['[', ..])
                CompareJson(check, $"{file} {key}", want, has);
            else
                check.Equal($"{file} {key}", want, has);
        }
    }

    private static void CompareJson(GoldenCheck check, string what, string want, string got)
    {
        check.True($"{what}: want {want}, got {got}", JsonNode.DeepEquals(JsonNode.Parse(want), JsonNode.Parse(got)));
        check.Equal($"{what} length", want.Length, got.Length);
    }

    /// <summary>What differs in each run, reduced to its form: digits alike.</summary>
    private static string Form(string text) => Fraction().Replace(Digits().Replace(text, "9"), ".9");

    private static IEnumerable<(string File, int Step, int Epoch)> Saves(LoraConfig config, TrainingLength length)
    {
        var extension = SaveNames.Extension(config);
        if (config.Saving.SaveEveryNSteps is { } everySteps)
            for (var step = everySteps; step <= length.TotalSteps; step += everySteps)
                yield return (SaveNames.OfStep(config.Folders, step) + extension, step, (step - 1) / length.StepsPerEpoch);
        if (length.SaveEveryNEpochs is { } everyEpochs)
            for (var epoch = everyEpochs; epoch < length.Epochs; epoch += everyEpochs)
                yield return (SaveNames.OfEpoch(config.Folders, epoch) + extension, epoch * length.StepsPerEpoch, epoch);
        yield return (config.Folders.FinalName + extension, length.TotalSteps, length.Epochs);
    }

    private static void Build(string root, JsonElement inputs, JsonElement settings)
    {
        foreach (var (name, folder) in new[] { ("train_data_dir", "train"), ("reg_data_dir", "reg") })
            if (inputs.GetProperty("dataset").TryGetProperty(name, out var subsets))
                foreach (var subset in subsets.EnumerateObject())
                    foreach (var image in subset.Value.EnumerateObject())
                        WriteImage(Path.Combine(root, folder, subset.Name, image.Name), image.Value);
        if (inputs.GetProperty("dataset").TryGetProperty("dataset_config", out var text))
            File.WriteAllText(Path.Combine(root, "data.toml"), text.GetString()!.Replace("ROOT", Path.Combine(root, "train").Replace('\\', '/'), StringComparison.Ordinal));
        if (inputs.GetProperty("dataset").TryGetProperty("in_json", out var entries))
            File.WriteAllText(Path.Combine(root, settings.GetProperty("in_json").GetString()!), entries.GetRawText());
        foreach (var file in inputs.GetProperty("files").EnumerateObject())
            File.WriteAllBytes(Path.Combine(root, file.Name), Bytes(file.Value));
    }

    private static void WriteImage(string path, JsonElement image)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        ScratchFolder.WritePicture(path, image[0].GetInt32(), image[1].GetInt32());
        if (image[2].GetString() is { } caption)
            File.WriteAllText(Path.ChangeExtension(path, ".txt"), caption);
    }

    private static byte[] Bytes(JsonElement file)
    {
        var factor = int.Parse(Rule().Match(file.GetProperty("rule").GetString()!) is { Success: true } rule ? rule.Groups[1].Value : throw new InvalidDataException("The rule of the bytes is unknown."), CultureInfo.InvariantCulture);
        var bytes = new byte[file.GetProperty("bytes").GetInt32()];
        for (var i = 0; i < bytes.Length; i++)
            bytes[i] = (byte)(factor * (long)i + i / 256);
        return bytes;
    }

    [GeneratedRegex(@"^byte i = \((\d+) i \+ floor\(i/256\)\) mod 256$")]
    private static partial Regex Rule();

    [GeneratedRegex(@"^[\w()-]+(/\w[\w.+-]*)?$")]
    private static partial Regex Program();

    [GeneratedRegex(@"\d")]
    private static partial Regex Digits();

    [GeneratedRegex(@"9*\.9+$|^9+$")]
    private static partial Regex Fraction();
}
