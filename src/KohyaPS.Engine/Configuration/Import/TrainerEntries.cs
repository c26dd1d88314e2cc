namespace KohyaPS.Engine.Configuration.Import;

/// <summary>Applies entries under the names of sd-scripts, from a config_file or a command line.</summary>
internal sealed class TrainerEntries(ImportReport report)
{
    /// <summary>Names that the GUI writes and the trainer does not know; people mix them up.</summary>
    private static readonly Dictionary<string, string> GuiNames = SettingCatalogue.All
        .Where(setting => setting.GuiKey is not null && setting.GuiKey != setting.Key && setting.GuiKey != "xformers")
        .ToDictionary(setting => setting.GuiKey!, setting => setting.Key);

    private string? optimizerNamedBy;

    /// <summary>All names that the trainer's parser knows.</summary>
    internal static IEnumerable<string> KnownNames => SettingCatalogue.All
        .Where(setting => setting.Group is not ("Lycoris" or "Runtime") || setting.GuiKey is not null)
        .Select(setting => setting.Key).Concat(ForeignSettings.WithoutUse.Keys).Concat(["network_args", "xformers", "sdpa", "use_8bit_adam", "use_lion_optimizer", "config_file", "caption_extention", "lowram"]);

    internal void Apply(string name, ConfigNode value)
    {
        var text = Text(value);
        if (IsSpecial(name, value, text))
            return;
        if (SettingCatalogue.TryGet(name, out var setting) && setting.Key == name && setting.IsFlag)
            Set(name, setting, value, text);
        else if (ForeignSettings.Reason(name) is { } reason)
            report.Ignore(name, Secret(name, text), reason);
        else if (GuiNames.TryGetValue(name, out var meant))
            report.Ignore(name, text, $"This is a name of the kohya_ss GUI, which sd-scripts does not read; write {meant}.");
        else if (ForeignSettings.ReadAsOthers.ContainsKey(name) || SettingCatalogue.TryGet(name, out _))
            report.Ignore(name, text, "sd-scripts does not read this name here.");
        else
            report.Unknown(name, text, KnownNames);
    }

    /// <summary>Settings that Export-LoraConfig adds for the way back, under their own names.</summary>
    internal void ApplyOurs(ConfigTable settings)
    {
        foreach (var (name, _, value) in settings.Entries)
        {
            if (SettingCatalogue.TryGet(name, out var setting))
                Set(name, setting, value, Text(value));
            else
                report.Unknown(name, Text(value), SettingCatalogue.All.Select(known => known.Key));
        }
    }

    /// <summary>What can be told only when everything has been read.</summary>
    internal void Finish()
    {
        if (report.IsStated("MaxTrainEpochs") && report.Config.Training.MaxTrainEpochs is not null)
        {
            if (!report.IsStated("MaxTrainSteps"))
                report.Adjust("MaxTrainSteps", null);
            else if (report.Config.Training.MaxTrainSteps is not null)
                report.Change("max_train_steps", "MaxTrainSteps", SettingText.Format(report.Config.Training.MaxTrainSteps), "sd-scripts lets max_train_epochs override it; here whichever comes first ends the training.");
        }
        else if (report.IsStated("MaxTrainSteps") && report.Config.Training.MaxTrainSteps is null)
            report.Adjust("MaxTrainSteps", SettingCatalogue.Get("MaxTrainSteps").TrainerDefault);
    }

    private bool IsSpecial(string name, ConfigNode value, string? text)
    {
        switch (name)
        {
            case "network_args":
                NetworkArguments.Apply(report, Items(value));
                return true;
            case "network_module" when text is not null && SettingText.Choice(typeof(NetworkModule), text) is null:
                throw new ConfigFormatException(FamilyOf(text));
            case "optimizer_type" when !string.IsNullOrEmpty(text):
                RefuseSecondOptimizer(name);
                report.SetOptimizer(name, text);
                return true;
            case "optimizer_type" when text is "":
                if (optimizerNamedBy is null)
                    report.Set(name, "OptimizerType", "AdamW", ImportOutcome.Taken);
                return true;
            case "lr_warmup_steps" or "lr_decay_steps" when value is ConfigScalar { Kind: ConfigScalarKind.Untyped } && text is not null:
                Steps(name, text);
                return true;
            case "xformers" or "sdpa":
                if (text == "true" && !(name == "sdpa" && report.Config.Runtime.CrossAttention == CrossAttention.Xformers))
                    report.Set(name, "CrossAttention", name, ImportOutcome.Renamed);
                return true;
            case "use_8bit_adam" or "use_lion_optimizer":
                if (text != "true")
                    return true;
                RefuseSecondOptimizer(name);
                report.Set(name, "OptimizerType", name == "use_8bit_adam" ? "AdamW8bit" : "Lion", ImportOutcome.Renamed, "optimizer_type replaced it.");
                return true;
            case "caption_extention":
                report.Set(name, "CaptionExtension", text, ImportOutcome.Renamed, "It is misspelt, and wins over caption_extension.");
                return true;
            case "text_encoder_lr" when value is ConfigList list:
                TextEncoderRates(name, list);
                return true;
            case "config_file":
                report.Ignore(name, text, "Import that file itself.");
                return true;
            case "sdxl" when text == "true":
                report.Set(name, "Sdxl", text, ImportOutcome.Changed, "sd-scripts does not read it but is started by another script for SDXL; here it says that the model is an SDXL.");
                return true;
            default:
                return false;
        }
    }

    private void Set(string name, Setting setting, ConfigNode value, string? text)
    {
        // Python's None, and false where a text is meant: "not set".
        var isUnset = text is "None" or "none" && setting.IsNullable || (setting.ValueType == typeof(string) && value is ConfigScalar { Kind: ConfigScalarKind.Boolean, Text: "false" });
        if (value is ConfigTable)
            report.Ignore(name, null, "A table stands where a value is meant.");
        else if (isUnset)
            report.Set(name, setting.Name, null, ImportOutcome.Taken);
        else if (text is "" && !setting.IsNullable && setting.ValueType != typeof(string))
            report.Ignore(name, text, "It is empty; the default stays.");
        else if (SettingText.ElementType(setting.ValueType) == typeof(string))
            report.Set(name, setting.Name, Items(value).ToArray());
        else
            report.Set(name, setting.Name, value is ConfigList list ? list.Items.Select(Text).ToArray() : text);
    }

    private void Steps(string name, string text)
    {
        try
        {
            report.Set(name, SettingCatalogue.Get(name).Name, TrainerSteps.Parse(text), ImportOutcome.Taken);
        }
        catch (FormatException error)
        {
            report.Ignore(name, text, error.Message);
        }
    }

    private void TextEncoderRates(string name, ConfigList list)
    {
        var rates = list.Items.Select(Text).ToList();
        if (rates.Count == 0)
            report.Set(name, "TextEncoderLr", null);
        else if (rates.Distinct().Count() == 1)
            report.Set(name, "TextEncoderLr", rates[0]);
        else
            report.Set(name, "TextEncoderLr", rates[0], ImportOutcome.Changed, "LoRA networks take the first rate for all text encoders; the others have no effect.");
    }

    // sd-scripts refuses an optimizer beside the old switches, and both of these together.
    private void RefuseSecondOptimizer(string name)
    {
        if (optimizerNamedBy is not null)
            throw new ConfigFormatException($"{name} and {optimizerNamedBy} both choose an optimizer, which sd-scripts refuses. Keep optimizer_type alone.");
        optimizerNamedBy = name;
    }

    private static string FamilyOf(string module) =>
        module.StartsWith("networks.", StringComparison.Ordinal)
            ? $"network_module '{module}' belongs to another model family or trainer; KohyaPS trains LoRAs of Stable Diffusion: {string.Join(", ", SettingText.Words(typeof(NetworkModule)))}."
            : $"network_module '{module}' is a Python module that cannot be loaded here; KohyaPS has {string.Join(", ", SettingText.Words(typeof(NetworkModule)))}.";

    /// <summary>Keys and tokens do not belong into a report.</summary>
    private static string? Secret(string name, string? text) => name is "wandb_api_key" or "huggingface_token" ? "***" : text;

    private static string? Text(ConfigNode value) => value switch
    {
        ConfigScalar scalar => scalar.Text,
        ConfigList list => string.Join(",", list.Items.Select(Text)),
        _ => null,
    };

    private static IEnumerable<string> Items(ConfigNode value) => value switch
    {
        ConfigList list => list.Items.Select(Text).OfType<string>(),
        ConfigScalar { Text: { Length: > 0 } text } => ShellWords.Split(text),
        _ => [],
    };
}
