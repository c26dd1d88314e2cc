using System.Text.Json;

namespace KohyaPS.Engine.Configuration.Import;

/// <summary>
/// Makes a configuration of what a LoRA file says about its training (ss_* metadata), so that it can be trained again. Values are text as Python prints it.
/// The folders of the pictures are not in such a file.
/// </summary>
internal static class NetworkMetadataImporter
{
    private const string Prefix = "ss_";

    private static readonly Dictionary<string, string> Renamed = new()
    {
        ["ss_batch_size_per_device"] = "TrainBatchSize",
        ["ss_debiased_estimation"] = "DebiasedEstimationLoss",
        ["modelspec.title"] = "MetadataTitle",
        ["modelspec.author"] = "MetadataAuthor",
        ["modelspec.description"] = "MetadataDescription",
        ["modelspec.license"] = "MetadataLicense",
        ["modelspec.tags"] = "MetadataTags",
        ["modelspec.usage_hint"] = "MetadataUsageHint",
        ["modelspec.trigger_phrase"] = "MetadataTriggerPhrase",
    };

    /// <summary>One of these is in every file whose trainer wrote down what it did.</summary>
    private static readonly string[] Evidence = ["ss_learning_rate", "ss_unet_lr", "ss_optimizer", "ss_max_train_steps"];

    /// <summary>What the file has computed, or says about its own saving.</summary>
    private static readonly string[] NotSettings = ["ss_max_train_steps", "ss_validation_split", "ss_vae_name", "ss_epoch"];

    /// <param name="metadata">The file's metadata.</param>
    /// <param name="path">The file.</param>
    /// <param name="baseFolder">Folder that relative paths are relative to.</param>
    /// <exception cref="ConfigFormatException">The file says nothing about its training.</exception>
    internal static LoraConfig Read(IReadOnlyDictionary<string, string> metadata, string path, string baseFolder)
    {
        if (!Evidence.Any(metadata.ContainsKey))
            throw new ConfigFormatException($"'{path}' is not read. It is a safetensors file that says nothing about its training: its metadata have none of {string.Join(", ", Evidence)}.");
        var report = new ImportReport(TrainerStart.Trainer(baseFolder));
        foreach (var (key, text) in metadata.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            if (SettingOf(key) is { } setting && text is not ("" or "null") && !(text == "None" && !setting.IsNullable))
                report.Set(key, setting.Name, text == "None" ? null : Tuple(text));
        }
        Family(report, metadata.GetValueOrDefault("ss_base_model_version"));
        if (metadata.GetValueOrDefault("ss_optimizer") is { Length: > 0 } optimizer and not "None")
            Optimizer(report, optimizer);
        if (metadata.GetValueOrDefault("ss_network_args") is { Length: > 0 } arguments)
            NetworkArguments.Apply(report, Arguments(arguments));
        if (metadata.GetValueOrDefault("ss_max_train_steps") is { } steps)
            report.Set("ss_max_train_steps", "MaxTrainSteps", steps);
        if (metadata.GetValueOrDefault("ss_sd_model_name") is { Length: > 0 } model and not "None")
            report.Set("ss_sd_model_name", "PretrainedModelNameOrPath", model, ImportOutcome.Changed, "The file holds the name of the model only; give its path.");
        report.Ignore("ss_dataset_dirs", null, "The file holds the names of the folders only; give TrainDataDir.");
        return report.Finish(path, ConfigSourceKind.NetworkMetadata);
    }

    private static Setting? SettingOf(string key)
    {
        if (NotSettings.Contains(key))
            return null;
        if (Renamed.TryGetValue(key, out var renamed))
            return SettingCatalogue.Get(renamed);
        var name = key.StartsWith(Prefix, StringComparison.Ordinal) ? key[Prefix.Length..] : "";
        return SettingCatalogue.TryGet(name, out var setting) && setting.Key == name ? setting : null;
    }

    private static void Family(ImportReport report, string? version)
    {
        if (version is null)
            return;
        report.Set("ss_base_model_version", "Sdxl", version.StartsWith("sdxl", StringComparison.Ordinal), ImportOutcome.Renamed);
        report.Set("ss_base_model_version", "VParameterization", version.EndsWith("_v", StringComparison.Ordinal), ImportOutcome.Renamed);
    }

    /// <summary>module.Class(name=value,name=(a, b)).</summary>
    private static void Optimizer(ImportReport report, string text)
    {
        var open = text.IndexOf('(', StringComparison.Ordinal);
        var type = open < 0 ? text : text[..open];
        var name = type[(type.LastIndexOf('.') + 1)..];
        // Plain SGD and SGDNesterov have one class; files of kohya's trainers mean the one that its lists offer.
        var isKnown = SettingText.Choice(typeof(OptimizerType), type) is not null || SettingText.Choice(typeof(OptimizerType), name) is null;
        report.SetOptimizer("ss_optimizer", name is "SGD" ? nameof(OptimizerType.SGDNesterov) : isKnown ? type : name);
        if (open < 0 || !text.EndsWith(')'))
            return;
        var arguments = SplitArguments(text[(open + 1)..^1]).Select(argument => argument.Replace("=(", "=", StringComparison.Ordinal).Replace(", ", ",", StringComparison.Ordinal).TrimEnd(')')).ToArray();
        if (arguments.Length > 0)
            report.Set("ss_optimizer", "OptimizerArgs", arguments, ImportOutcome.Renamed);
    }

    /// <summary>Splits at commas outside of parentheses.</summary>
    private static IEnumerable<string> SplitArguments(string text)
    {
        var depth = 0;
        var start = 0;
        for (var i = 0; i <= text.Length; i++)
        {
            depth += i == text.Length ? 0 : text[i] switch { '(' or '[' => 1, ')' or ']' => -1, _ => 0 };
            if ((i == text.Length || (text[i] == ',' && depth == 0)) && i > start)
                yield return text[start..i].Trim();
            if (i < text.Length && text[i] == ',' && depth == 0)
                start = i + 1;
        }
    }

    private static List<string> Arguments(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? [.. document.RootElement.EnumerateObject().Where(item => item.Value.ValueKind != JsonValueKind.Null).Select(item => $"{item.Name}={item.Value}")]
                : [];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    /// <summary>(512, 512) as 512,512.</summary>
    private static string Tuple(string text) => text is ['(', .., ')'] ? text[1..^1].Replace(" ", "", StringComparison.Ordinal) : text;
}
