using System.Text.Json;
using KohyaPS.Engine.Configuration;

namespace KohyaPS.Conformance.Dataset;

/// <summary>Files of dataset_config beside command lines: every setting of every data set and subset, or what is wrong.</summary>
internal static class ConfigCases
{
    public static void Replay(DatasetCase recorded, GoldenCheck check)
    {
        using var folder = new ScratchFolder();
        var path = Path.Combine(folder.Path, recorded.Inputs.GetProperty("file_name").GetString()!);
        File.WriteAllText(path, recorded.Inputs.GetProperty("text").GetString());
        var expected = recorded.Expected;
        if (expected.TryGetProperty("error", out var error) || expected.TryGetProperty("right_error", out error))
        {
            CheckRefused(recorded.Settings, path, error, check);
            return;
        }
        var config = Read(recorded.Settings, path);
        DatasetConfigCases.Compare(check, config, expected.GetProperty("datasets"));
        foreach (var (dataset, want) in config.Datasets!.Zip(expected.GetProperty("datasets").EnumerateArray()))
            CompareRest(config, dataset, want, check);
    }

    private static LoraConfig Read(JsonElement settings, string path)
    {
        List<string> words = ["train_network.py", "--network_module", "networks.lora", "--dataset_config", path];
        foreach (var setting in settings.EnumerateObject().Where(s => s.Value.ValueKind is not (JsonValueKind.False or JsonValueKind.Null)))
        {
            words.Add("--" + setting.Name);
            if (setting.Value.ValueKind != JsonValueKind.True)
                words.Add(setting.Value.ToString());
        }
        return ConfigFiles.WithDatasets(ConfigFiles.ReadCommand(words, Path.Combine(Path.GetDirectoryName(path)!, "train.sh")));
    }

    // Refused when it is read, or before the training starts; either way with the name of the key.
    private static void CheckRefused(JsonElement settings, string path, JsonElement error, GoldenCheck check)
    {
        List<string> messages = [];
        try
        {
            messages.AddRange(Read(settings, path).Validate().Where(problem => !problem.IsWarning && problem.Setting == "Datasets").Select(problem => problem.Message));
        }
        catch (ConfigFormatException refusal)
        {
            messages.Add(refusal.Message);
        }
        check.True("should be refused", messages.Count > 0);
        if (error.ValueKind == JsonValueKind.Object && error.TryGetProperty("path", out var place)
            && place.EnumerateArray().Select(step => step.GetString()!).LastOrDefault(step => !step.All(char.IsAsciiDigit)) is { } key && key != "datasets")
            check.True($"should name {key}, but says {string.Join(" ", messages)}", messages.Exists(message => message.Contains(key, StringComparison.Ordinal)));
    }

    private static void CompareRest(LoraConfig config, DatasetDefinition dataset, JsonElement want, GoldenCheck check)
    {
        var parameters = want.GetProperty("params");
        check.Equal("network_multiplier", parameters.GetProperty("network_multiplier").GetDouble(), dataset.NetworkMultiplier ?? 1);
        if (parameters.TryGetProperty("prior_loss_weight", out var weight))
            check.Equal("prior_loss_weight", weight.GetDouble(), config.Objective.PriorLossWeight);
        check.Equal("validation_seed", parameters.GetProperty("validation_seed") is { ValueKind: JsonValueKind.Number } seed ? seed.GetInt64() : null, config.For(dataset).Validation.ValidationSeed);
        var kind = dataset.Subsets.All(s => s.ConditioningDataDir is not null) ? "controlnet" : dataset.Subsets.Any(s => s.MetadataFile is not null) ? "finetuning" : "dreambooth";
        check.Equal("type", want.GetProperty("type").GetString(), kind);
        foreach (var (subset, wanted) in dataset.Subsets.Zip(want.GetProperty("subsets").EnumerateArray()))
            if (wanted.GetProperty("custom_attributes") is { ValueKind: JsonValueKind.Object } attributes)
                check.Equal("custom_attributes", JsonSerializer.Serialize(attributes), JsonSerializer.Serialize(subset.CustomAttributes));
    }
}
