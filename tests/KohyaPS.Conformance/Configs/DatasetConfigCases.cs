using System.Text.Json;
using KohyaPS.Engine.Configuration;

namespace KohyaPS.Conformance;

/// <summary>dataset_config files, with all inheritance resolved as the trainer does it.</summary>
internal static class DatasetConfigCases
{
    /// <summary>What the trainer takes from elsewhere, or reads in a way of its own.</summary>
    private static readonly HashSet<string> NotOfTheFile = ["debug_dataset", "prior_loss_weight", "network_multiplier", "validation_seed", "cache_info", "custom_attributes"];

    internal static void Replay(GoldenCheck check, string path, JsonElement file)
    {
        if (file.TryGetProperty("trainer_refuses", out _))
        {
            var message = "";
            try
            {
                ConfigFiles.Read(path);
            }
            catch (ConfigFormatException error)
            {
                message = error.Message;
            }
            check.True($"refused, but: {message}", message.Contains("is not read", StringComparison.Ordinal));
            return;
        }
        var config = ConfigFiles.Read(path);
        Compare(check, config, file.GetProperty("datasets"));
    }

    /// <summary>Compares every data set and subset with what is expected.</summary>
    internal static void Compare(GoldenCheck check, LoraConfig config, JsonElement expectedDatasets)
    {
        var datasets = expectedDatasets.EnumerateArray().ToList();
        check.Equal("datasets", datasets.Count, config.Datasets!.Count);
        foreach (var (expected, dataset) in datasets.Zip(config.Datasets))
        {
            var effective = config.For(dataset);
            foreach (var parameter in expected.GetProperty("params").EnumerateObject().Where(parameter => !NotOfTheFile.Contains(parameter.Name)))
                Compare(check, effective, parameter);
            var subsets = expected.GetProperty("subsets").EnumerateArray().ToList();
            check.Equal("subsets", subsets.Count, dataset.Subsets.Count);
            foreach (var (wanted, subset) in subsets.Zip(dataset.Subsets))
                Subset(check, config.For(dataset, subset), subset, wanted);
        }
    }

    private static void Subset(GoldenCheck check, LoraConfig effective, SubsetDefinition subset, JsonElement wanted)
    {
        foreach (var parameter in wanted.EnumerateObject().Where(parameter => !NotOfTheFile.Contains(parameter.Name)))
        {
            var text = parameter.Value.ValueKind == JsonValueKind.Null ? null : parameter.Value.ToString();
            switch (parameter.Name)
            {
                case "image_dir":
                    check.Equal("image_dir", text, subset.ImageDir);
                    break;
                case "metadata_file":
                    check.Equal("metadata_file", text, subset.MetadataFile);
                    break;
                case "conditioning_data_dir":
                    check.Equal("conditioning_data_dir", text, subset.ConditioningDataDir);
                    break;
                case "class_tokens":
                    check.Equal("class_tokens", text, subset.ClassTokens);
                    break;
                case "num_repeats":
                    check.Equal("num_repeats", parameter.Value.GetInt32(), subset.NumRepeats ?? effective.Folders.DatasetRepeats);
                    break;
                case "is_reg":
                    check.Equal("is_reg", parameter.Value.GetBoolean(), subset.IsReg);
                    break;
                case "caption_extension":
                    check.Equal("caption_extension", text, effective.Captions.CaptionExtension ?? ".caption");
                    break;
                default:
                    Compare(check, effective, parameter);
                    break;
            }
        }
    }

    private static void Compare(GoldenCheck check, LoraConfig effective, JsonProperty parameter)
    {
        var setting = SettingCatalogue.Get(parameter.Name == "batch_size" ? "train_batch_size" : parameter.Name);
        var value = parameter.Value.ValueKind switch
        {
            JsonValueKind.Null => setting.TrainerDefault,
            JsonValueKind.Array => SettingText.Convert(setting, parameter.Value.EnumerateArray().Select(item => item.ToString()).ToArray()),
            JsonValueKind.True or JsonValueKind.False => parameter.Value.GetBoolean(),
            _ => SettingText.Parse(setting, parameter.Value.ToString()),
        };
        var got = setting.Read(effective);
        check.True($"{parameter.Name}: want {SettingText.Format(value)}, got {SettingText.Format(got)}", SettingText.Same(value, got));
    }
}
