using System.Text.Json;

namespace KohyaPS.Conformance;

/// <summary>Compares a configuration with settings as the peers' trainer has them: those listed, and its defaults for the rest.</summary>
internal sealed class ExpectedSettings(GoldenCheck check, LoraConfig config)
{
    /// <summary>Names that are no settings of ours; the importer's report says why.</summary>
    private static readonly HashSet<string> WithoutSetting = ["wandb_run_name", "dynamo_backend", "tokenizer_cache_dir"];

    private readonly HashSet<string> compared = [];

    /// <summary>The setting must have this value.</summary>
    internal void Holds(string name, JsonElement value) => Allows(name, [value]);

    /// <summary>The setting must have one of these values; "default" stands for the trainer's default.</summary>
    internal void Allows(string name, IReadOnlyList<JsonElement> values)
    {
        if (WithoutSetting.Contains(name))
        {
            check.True($"{name} is reported", config.Origin!.Notes.All(note => note.Source != name || note.Outcome == ImportOutcome.Ignored));
            return;
        }
        if (name == "network_args")
        {
            NetworkArguments(values);
            return;
        }
        var setting = SettingOf(name, values[0]);
        compared.Add(setting.Name);
        var wanted = values.Select(value => Neutral(setting, Value(name, setting, value))).ToList();
        var got = Neutral(setting, setting.Read(config));
        if (setting.Name == "MaxTrainSteps" && config.Training.MaxTrainEpochs is not null)
            wanted.Add(null);
        check.True($"{name}: want {string.Join(" or ", wanted.Select(SettingText.Format))}, got {SettingText.Format(got)}", wanted.Exists(value => SettingText.Same(value, got)));
    }

    /// <summary>These settings may have any value.</summary>
    internal void Leave(params string[] names) => compared.UnionWith(names.Select(name => SettingCatalogue.Get(name).Name));

    /// <summary>Everything that was not compared must have the trainer's default.</summary>
    internal void RestIsDefault()
    {
        // Ours alone: what the length follows from, and what matters with samples only.
        Leave("Epoch", "NumCpuThreadsPerProcess", "Sdxl");
        if (config.Sampling.SampleEveryNEpochs is null && config.Sampling.SampleEveryNSteps is null)
            Leave("SampleSampler", "SamplePrompts");
        if (config.Training.MaxTrainEpochs is not null || config.Origin!.Kind == ConfigSourceKind.GuiJson)
            Leave("MaxTrainSteps");
        foreach (var setting in SettingCatalogue.All.Where(setting => !compared.Contains(setting.Name)))
        {
            var want = Neutral(setting, setting.TrainerDefault);
            var got = Neutral(setting, setting.Read(config));
            check.True($"{setting.Key}: want the default {SettingText.Format(want)}, got {SettingText.Format(got)}", SettingText.Same(want, got));
        }
    }

    private void NetworkArguments(IReadOnlyList<JsonElement> values)
    {
        var lists = values.Select(value => value.ValueKind == JsonValueKind.Array
            ? value.EnumerateArray().Select(item => item.GetString()!.Split('=', 2)).Where(pair => pair.Length == 2).GroupBy(pair => pair[0]).ToDictionary(group => group.Key, group => group.Last()[1])
            : []).ToList();
        foreach (var group in lists.SelectMany(list => list.Keys).Distinct().GroupBy(SettingOfArgument))
        {
            var setting = group.Key;
            compared.Add(setting.Name);
            var wanted = lists.Select(list => Neutral(setting, Argument(setting, [.. group.Where(list.ContainsKey).Select(name => list[name])]))).ToList();
            var got = Neutral(setting, setting.Read(config));
            check.True($"network_args {setting.Key}: want {string.Join(" or ", wanted.Select(SettingText.Format))}, got {SettingText.Format(got)}", wanted.Exists(value => SettingText.Same(value, got)));
        }
    }

    private static Setting SettingOfArgument(string name) => SettingCatalogue.Get(name switch { "dropout" => "NetworkDropout", "constrain" => "Constraint", _ => name });

    /// <summary>An argument under one or two names; a flag is on when either says so. Not passed means its default.</summary>
    private static object? Argument(Setting setting, IReadOnlyList<string> texts)
    {
        if (texts.Count == 0)
            return setting.Default;
        var values = texts.Select(text => SettingText.Parse(setting, text == "locon" ? "lora" : text)).ToList();
        return values.Contains(true) ? true : values[0];
    }

    private Setting SettingOf(string name, JsonElement value) => name switch
    {
        "xformers" or "sdpa" => SettingCatalogue.Get("CrossAttention"),
        "use_8bit_adam" => SettingCatalogue.Get("OptimizerType"),
        "optimizer_type" when value.ValueKind == JsonValueKind.String && config.Optimizer.OptimizerClass is not null => SettingCatalogue.Get("OptimizerClass"),
        _ => SettingCatalogue.Get(name),
    };

    private static object? Value(string name, Setting setting, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String && value.GetString() == "default" || value.ValueKind == JsonValueKind.Null)
            return setting.TrainerDefault;
        if (name is "xformers" or "sdpa")
            return SettingText.Parse(setting, value.GetBoolean() ? name : "none");
        if (name == "use_8bit_adam")
            return OptimizerType.AdamW8bit;
        if (name == "text_encoder_lr" && value.ValueKind == JsonValueKind.Array)
            return value[0].GetDouble();
        return value.ValueKind switch
        {
            JsonValueKind.Array => SettingText.Convert(setting, value.EnumerateArray().Select(item => item.ToString()).ToArray()),
            JsonValueKind.False when setting.ValueType == typeof(string) => null,
            JsonValueKind.True or JsonValueKind.False => SettingText.Parse(setting, value.GetBoolean() ? "true" : "false"),
            JsonValueKind.String when value.GetString()!.Length == 0 => setting.TrainerDefault,
            _ => SettingText.Parse(setting, value.ToString()),
        };
    }

    /// <summary>Values that mean "not set": the trainer tells them apart in its arguments, but not in what it does.</summary>
    private static object? Neutral(Setting setting, object? value) => (setting.Name, value) switch
    {
        ("ClipSkip", 1) or ("MaxTimestep", 1000) or ("MinTimestep", 0) or ("NoiseOffset", 0.0) or ("NetworkDropout", 0.0) or ("RankDropout", 0.0) or ("ModuleDropout", 0.0) => null,
        ("LrSchedulerNumCycles", 0) => 1,
        ("LrWarmupSteps", StepsOrShare { Value: 0 } or null) => null,
        ("CaptionExtension", null) => ".caption",
        ("LoraplusLrRatio" or "LoraplusUnetLrRatio" or "LoraplusTextEncoderLrRatio", 0.0) => null,
        _ => value,
    };
}
