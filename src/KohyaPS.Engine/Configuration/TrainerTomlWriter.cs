using System.Collections;
using System.Globalization;
using System.Text;
using KohyaPS.Engine.Configuration.Import;

namespace KohyaPS.Engine.Configuration;

/// <summary>
/// Writes a config_file of sd-scripts: what differs from that trainer's defaults, under its names. What it has no names for stands in a table that
/// it passes over. Datasets go into a dataset_config beside it.
/// </summary>
internal static class TrainerTomlWriter
{
    private static readonly string[] NetworkArguments =
        ["ConvDim", "ConvAlpha", "RankDropout", "ModuleDropout", "DownLrWeight", "MidLrWeight", "UpLrWeight", "BlockLrZeroThreshold", "BlockDims", "BlockAlphas", "ConvBlockDims", "ConvBlockAlphas", "Unit", "EnableAllLinear", "EnableConv", "LoraplusLrRatio", "LoraplusUnetLrRatio", "LoraplusTextEncoderLrRatio"];

    /// <summary>The text of the config_file.</summary>
    /// <param name="config">What to write.</param>
    /// <param name="folder">Folder of the file; the trainer takes relative paths from where it is started, so they become absolute.</param>
    /// <param name="datasetConfig">Path of the dataset_config that is written beside it, or null.</param>
    internal static string Write(LoraConfig config, string folder, string? datasetConfig)
    {
        config = WithAbsolutePaths(config);
        var text = new StringBuilder();
        text.Append("# config_file of sd-scripts, written by KohyaPS. Start it with ");
        text.Append(config.Model.Sdxl ? "sdxl_train_network.py" : "train_network.py").Append(" --config_file.\n");
        foreach (var group in SettingCatalogue.All.GroupBy(setting => setting.Group))
        {
            var lines = group.SelectMany(setting => Lines(config, setting)).ToList();
            if (group.Key == "Network" && Arguments(config) is { Count: > 0 } arguments)
                lines.Add($"network_args = [{string.Join(", ", arguments.Select(Quote))}]");
            if (group.Key == "Folders" && datasetConfig is not null)
                lines.Add($"dataset_config = {Quote(datasetConfig)}");
            if (lines.Count > 0)
                text.Append(CultureInfo.InvariantCulture, $"\n[{SettingText.SnakeCase(group.Key)}]\n").AppendJoin('\n', lines).Append('\n');
        }
        return text.Append(Ours(config.With("DatasetConfig", datasetConfig ?? config.Folders.DatasetConfig), text.ToString(), folder)).ToString();
    }

    /// <summary>The table of what the text alone would not bring back.</summary>
    private static string Ours(LoraConfig config, string text, string folder)
    {
        var read = TrainerTomlImporter.Read(TomlTreeReader.Read(text, "config_file"), "config_file", folder);
        var lost = config.DifferencesTo(read).Select(difference => SettingCatalogue.Get(difference.Setting)).Select(setting => $"{setting.Key} = {Value(setting.Read(config) ?? "")}").ToList();
        return lost.Count == 0 ? "" : $"\n# For KohyaPS; sd-scripts passes over it.\n[{TrainerTomlImporter.Ours}.{TrainerTomlImporter.OursWithin}]\n{string.Join('\n', lost)}\n";
    }

    /// <summary>The text of a dataset_config that holds the datasets.</summary>
    internal static string WriteDatasets(LoraConfig config)
    {
        var text = new StringBuilder("# dataset_config of sd-scripts, written by KohyaPS.\n");
        foreach (var dataset in config.Datasets ?? [])
        {
            text.Append("\n[[datasets]]\n");
            AppendOverrides(text, dataset.Overrides);
            if (dataset.NetworkMultiplier is { } multiplier)
                text.Append(CultureInfo.InvariantCulture, $"network_multiplier = {Number(multiplier)}\n");
            foreach (var subset in dataset.Subsets)
            {
                text.Append("\n  [[datasets.subsets]]\n");
                foreach (var (key, path) in new[] { ("image_dir", subset.ImageDir), ("metadata_file", subset.MetadataFile), ("conditioning_data_dir", subset.ConditioningDataDir) })
                {
                    if (path is not null)
                        text.Append(CultureInfo.InvariantCulture, $"  {key} = {Quote(Absolute(config, path))}\n");
                }
                if (subset.NumRepeats is { } repeats)
                    text.Append(CultureInfo.InvariantCulture, $"  num_repeats = {repeats}\n");
                if (subset.IsReg)
                    text.Append("  is_reg = true\n");
                if (subset.ClassTokens is not null)
                    text.Append(CultureInfo.InvariantCulture, $"  class_tokens = {Quote(subset.ClassTokens)}\n");
                if (subset.CustomAttributes.Count > 0)
                    text.Append(CultureInfo.InvariantCulture, $"  custom_attributes = {AttributeText.Write(subset.CustomAttributes, " = ")}\n");
                AppendOverrides(text, subset.Overrides);
            }
        }
        return text.ToString();
    }

    private static void AppendOverrides(StringBuilder text, IReadOnlyDictionary<string, object?> overrides)
    {
        foreach (var (name, value) in overrides)
        {
            var key = name == "TrainBatchSize" ? "batch_size" : SettingCatalogue.Get(name).Key;
            if (value is not null)
                text.Append(CultureInfo.InvariantCulture, $"  {key} = {DatasetValue(value)}\n");
        }
    }

    // A dataset_config has lists where a config_file has texts.
    private static string DatasetValue(object value) => value switch
    {
        Resolution size => $"[{SettingText.Format(size.Width)}, {SettingText.Format(size.Height)}]",
        IEnumerable<double> numbers => $"[{string.Join(", ", numbers.Select(Number))}]",
        _ => Value(value),
    };

    private static IEnumerable<string> Lines(LoraConfig config, Setting setting)
    {
        var value = setting.Read(config);
        if (setting.Name == "OptimizerClass" && value is string optimizer)
            yield return $"optimizer_type = {Quote(optimizer)}";
        else if (setting.Name == "Epoch" && config.Training.MaxTrainSteps is null && config.Training.MaxTrainEpochs is null)
            yield return $"max_train_epochs = {Value(value!)} # {setting.Key} of KohyaPS: nothing else sets the length";
        else if (setting.Name == "CrossAttention" && config.Runtime.CrossAttention != CrossAttention.None)
            yield return $"{SettingText.Format(value)} = true";
        if (!setting.IsFlag || NetworkArguments.Contains(setting.Name) || (setting.Name == "OptimizerType" && config.Optimizer.OptimizerClass is not null))
            yield break;
        if (setting.Name == "MixedPrecision" && config.Runtime.MixedPrecision == MixedPrecision.Auto)
        {
            yield return "mixed_precision = \"no\" # auto in KohyaPS";
            yield break;
        }
        if (setting.Name == "LrWarmupSteps")
            value ??= config.Schedule.EffectiveWarmup;
        var trainerDefault = setting.Name == "CaptionExtension" ? null : setting.TrainerDefault;
        if (SettingText.Same(value, trainerDefault) || value is null)
            yield break;
        yield return $"{setting.Key} = {Value(value)}";
    }

    /// <summary>The settings of the network that the trainer takes as network_args, each as name=value.</summary>
    internal static List<string> Arguments(LoraConfig config)
    {
        var isLycoris = config.Network.NetworkModule == NetworkModule.Lycoris;
        var arguments = new List<string>();
        foreach (var setting in SettingCatalogue.All.Where(setting => NetworkArguments.Contains(setting.Name) || (isLycoris && setting.Group == "Lycoris")))
        {
            var value = setting.Read(config);
            if (value is not null && !SettingText.Same(value, setting.Default))
                arguments.Add($"{setting.Key}={(value is bool flag ? flag ? "True" : "False" : SettingText.Format(value))}");
        }
        if (isLycoris && !arguments.Exists(argument => argument.StartsWith("algo=", StringComparison.Ordinal)))
            arguments.Add("algo=lora");
        return arguments;
    }

    private static LoraConfig WithAbsolutePaths(LoraConfig config) => SettingCatalogue.All.Where(setting => setting.IsPath).Aggregate(config, (changed, setting) => setting.Read(config) switch
    {
        string path => setting.Write(changed, Absolute(config, path)),
        IEnumerable<string> paths => setting.Write(changed, paths.Select(path => Absolute(config, path))),
        _ => changed,
    });

    private static string Absolute(LoraConfig config, string path) =>
        Path.IsPathRooted(path) || path.Contains("://", StringComparison.Ordinal) || (path.Length > 1 && path[1] == ':') ? path : config.Resolve(path)!;

    private static string Value(object value) => value switch
    {
        string text => Quote(text),
        bool flag => flag ? "true" : "false",
        double number => Number(number),
        StepsOrShare { IsShare: true } share => Number(share.Value),
        StepsOrShare steps => steps.Value.ToString("R", CultureInfo.InvariantCulture),
        Enum or Resolution => Quote(SettingText.Format(value)),
        IEnumerable<double> numbers => Quote(SettingText.Format(numbers)),
        IEnumerable<string> texts => $"[{string.Join(", ", texts.Select(Quote))}]",
        IEnumerable => Quote(SettingText.Format(value)),
        _ => SettingText.Format(value),
    };

    /// <summary>TOML tells fractions from whole numbers by the point, and so does the trainer.</summary>
    private static string Number(double number)
    {
        var text = number.ToString("R", CultureInfo.InvariantCulture);
        return text.AsSpan().IndexOfAny(".eE") < 0 ? text + ".0" : text;
    }

    private static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var c in text)
        {
            _ = c switch
            {
                '"' => quoted.Append("\\\""),
                '\\' => quoted.Append("\\\\"),
                < ' ' or '\u007f' => quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => quoted.Append(c),
            };
        }
        return quoted.Append('"').ToString();
    }
}
