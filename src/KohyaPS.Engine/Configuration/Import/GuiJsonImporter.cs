using System.Globalization;

namespace KohyaPS.Engine.Configuration.Import;

/// <summary>
/// Reads a configuration or preset of the kohya_ss GUI, of any year: numbers may be text, fields may be missing, and some say what others mean. What the file states is taken as its
/// user meant it; where the GUI did something else with it, the report says so.
/// </summary>
internal sealed class GuiJsonImporter
{
    private readonly ConfigTable root;
    private readonly ImportReport report;
    private readonly HashSet<string> read = [];

    private GuiJsonImporter(ConfigTable root, string baseFolder)
    {
        this.root = root;
        report = new(TrainerStart.Gui(baseFolder));
    }

    internal static LoraConfig Read(ConfigTable root, string source, string baseFolder)
    {
        var importer = new GuiJsonImporter(root, baseFolder);
        importer.Optimizer();
        importer.Rates();
        importer.Schedule();
        importer.Noise();
        new GuiNetwork(importer.root, importer.report, importer.read).Apply();
        importer.Length();
        importer.Others();
        importer.Samples();
        importer.Additional();
        return importer.report.Finish(source, ConfigSourceKind.GuiJson);
    }

    private void Optimizer()
    {
        var optimizer = Take("optimizer");
        var old = Take("use_8bit_adam");
        if (string.IsNullOrEmpty(optimizer))
            report.Set(old is null ? "optimizer" : "use_8bit_adam", "OptimizerType", IsTrue(old) ? "AdamW8bit" : "AdamW", ImportOutcome.Renamed, "No optimizer is named, which meant AdamW, or AdamW8bit with use_8bit_adam.");
        else
            report.SetOptimizer("optimizer", optimizer);
        Words("optimizer_args", "OptimizerArgs");
    }

    /// <summary>A rate of 0 for one part meant that only the other is trained; a missing one is taken as "not set", not as 0.</summary>
    private void Rates()
    {
        var learning = Number("learning_rate");
        var unet = Number("unet_lr");
        var textEncoder = FirstNumber("text_encoder_lr");
        if (learning is not null)
            report.Set("learning_rate", "LearningRate", learning);
        if (textEncoder is 0 && unet is > 0)
            report.Set("text_encoder_lr", "NetworkTrainUnetOnly", true, ImportOutcome.Renamed, "A rate of 0 meant that only the U-Net is trained.");
        if (unet is 0 && textEncoder is > 0)
            report.Set("unet_lr", "NetworkTrainTextEncoderOnly", true, ImportOutcome.Renamed, "A rate of 0 meant that only the text encoder is trained.");
        if (textEncoder is null && root.Find("text_encoder_lr") is null && unet is > 0)
            report.Change("text_encoder_lr", "TextEncoderLr", null, "It is missing, which v21.8.8 took as 0 and trained the U-Net only; here learning_rate holds for the text encoder, as in newer versions.");
        report.Set("unet_lr", "UnetLr", unet is 0 ? null : unet);
        report.Set("text_encoder_lr", "TextEncoderLr", textEncoder is 0 ? null : textEncoder);
    }

    private void Schedule()
    {
        Plain("lr_scheduler", "LrScheduler");
        var type = Take("lr_scheduler_type");
        if (!string.IsNullOrEmpty(type))
            report.Set("lr_scheduler_type", "LrSchedulerType", type);
        var hasArguments = Words("lr_scheduler_args", "LrSchedulerArgs");
        if (hasArguments)
            report.Change("lr_scheduler_args", "LrSchedulerArgs", null, "v21.8.8 passed the optimizer's arguments instead, by mistake; here they are passed as meant.");
        Warmup();
        var cycles = Take("lr_scheduler_num_cycles");
        if (!string.IsNullOrEmpty(cycles))
            report.Set("lr_scheduler_num_cycles", "LrSchedulerNumCycles", cycles);
        else if (report.Config.Schedule.LrScheduler == LrScheduler.CosineWithRestarts && Number("epoch") is > 0 and var epochs)
            report.Set("lr_scheduler_num_cycles", "LrSchedulerNumCycles", epochs, ImportOutcome.Changed, "Empty, it meant the number of epochs in v21.8.8; newer versions take 1.");
        if (Take("lr_scheduler_power") is { Length: > 0 } power)
            report.Set("lr_scheduler_power", "LrSchedulerPower", power);
    }

    /// <summary>lr_warmup is a percentage; the newer lr_warmup_steps is a count, or a share below 1, and wins when it is above 0.</summary>
    private void Warmup()
    {
        var percent = Number("lr_warmup") ?? 0;
        var steps = Number("lr_warmup_steps") ?? 0;
        var warmup = steps > 0 ? StepsOrShare.FromDouble(steps) : percent != 0 ? StepsOrShare.Share(percent / 100) : default;
        var source = steps > 0 ? "lr_warmup_steps" : "lr_warmup";
        if (warmup.Value > 0 && !report.Config.Schedule.HasWarmup)
            report.Set(source, "LrWarmupSteps", StepsOrShare.Steps(0), ImportOutcome.Changed, $"The schedule {SettingText.Format(report.Config.Schedule.LrScheduler)} has no warm-up, and the GUI did not pass it on.");
        else
            report.Set(source, "LrWarmupSteps", warmup, steps > 0 ? ImportOutcome.Taken : ImportOutcome.Renamed, steps > 0 ? "" : "It is a percentage of all steps, now of the true number.");
    }

    private void Noise()
    {
        var type = Take("noise_offset_type");
        var isMultires = type == "Multires";
        var offset = Number("noise_offset");
        var adaptive = Number("adaptive_noise_scale");
        var iterations = Number("multires_noise_iterations");
        var discount = Number("multires_noise_discount");
        if (isMultires)
        {
            if (offset is > 0)
                report.Ignore("noise_offset", SettingText.Format(offset), "noise_offset_type Multires leaves it out.");
            report.Set("multires_noise_iterations", "MultiresNoiseIterations", iterations is > 0 ? iterations : null);
            report.Set("multires_noise_discount", "MultiresNoiseDiscount", discount is > 0 ? discount : 0.3);
            return;
        }
        if (iterations is > 0)
            report.Ignore("multires_noise_iterations", SettingText.Format(iterations), "noise_offset_type Original leaves it out.");
        report.Set("noise_offset", "NoiseOffset", offset);
        if (adaptive is not (null or 0) && offset is > 0)
            report.Set("adaptive_noise_scale", "AdaptiveNoiseScale", adaptive);
        else if (adaptive is not (null or 0))
            report.Ignore("adaptive_noise_scale", SettingText.Format(adaptive), "Without noise_offset it has no effect.");
    }

    private void Length()
    {
        report.Set("max_train_steps", "MaxTrainSteps", Number("max_train_steps") is > 0 and var steps ? steps : null);
        report.Set("max_train_epochs", "MaxTrainEpochs", Number("max_train_epochs") is > 0 and var epochs ? epochs : null);
        if (Number("epoch") is > 0 and var epoch)
            report.Set("epoch", "Epoch", epoch);
        else if (root.Find("epoch") is not null)
            report.Ignore("epoch", "0", "An epoch of 0 made v21.8.8 train the trainer's default of 1600 steps; here one epoch is trained.");
        var every = Number("save_every_n_epochs");
        if (root.Find("save_every_n_epochs") is not null)
            report.Set("save_every_n_epochs", "SaveEveryNEpochs", every is > 0 ? every : null);
        if (Number("min_snr_gamma") is { } gamma)
            report.Set("min_snr_gamma", "MinSnrGamma", gamma > 0 ? gamma : null, gamma == Math.Floor(gamma) ? null : ImportOutcome.Changed, gamma == Math.Floor(gamma) ? "" : "v21.8.8 cut it to a whole number; here it is taken as it is.");
    }

    /// <summary>Fields that are settings under the same meaning.</summary>
    private void Others()
    {
        foreach (var (key, _, value) in root.Entries.Where(entry => !read.Contains(entry.Key)))
        {
            var text = Scalar(value);
            if (ForeignSettings.Reason(key) is { } reason)
            {
                if (!string.IsNullOrEmpty(text) && text is not ("0" or "false" or "False"))
                    report.Ignore(key, key is "wandb_api_key" or "huggingface_token" ? "***" : text, reason);
            }
            else if (key is "model_list" or "sample_prompts" or "additional_parameters" or "save_as_bool")
                continue;
            else if (key == "xformers")
                report.Set(key, "CrossAttention", text switch { "true" or "True" => "xformers", "false" or "False" or "" or null => "none", _ => text }, ImportOutcome.Renamed);
            else if (key is "use_wandb" or "log_with")
                Logging(key, text);
            else if (SettingFor(key) is { } setting)
                Set(key, setting, value, text);
            else
                report.Unknown(key, text, SettingCatalogue.All.Select(candidate => candidate.GuiKey ?? candidate.Key));
        }
    }

    private void Set(string key, Setting setting, ConfigNode value, string? text)
    {
        if (setting.Name == "Vae" && !string.IsNullOrEmpty(text))
            report.Set(key, "Vae", text, ImportOutcome.Changed, "The LoRA tab of v21.8.8 ignored it; here it is used.");
        else if (setting.Name == "SaveModelAs" && text is not ("safetensors" or "ckpt" or "pt"))
            report.Set(key, "SaveModelAs", "safetensors", ImportOutcome.Changed, "LoRAs are not saved in this form.");
        else if (string.IsNullOrEmpty(text) || text is "None" or "none" && setting.IsNullable)
        {
            if (setting.IsNullable)
                report.Set(key, setting.Name, null);
        }
        else if (IsZeroForUnset(setting, text))
            report.Set(key, setting.Name, null);
        else
            report.Set(key, setting.Name, value is ConfigList list ? list.Items.Select(Scalar).ToArray() : text);
    }

    /// <summary>Sliders that stand at 0 for "not set".</summary>
    private static bool IsZeroForUnset(Setting setting, string text) =>
        setting.IsNullable && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number == 0
        && setting.Name is not ("Seed" or "MinTimestep" or "NoiseOffset");

    private void Logging(string key, string? text)
    {
        if (key == "use_wandb" && IsTrue(text))
            report.Set(key, "LogWith", "wandb", ImportOutcome.Renamed);
        else if (key == "log_with" && !string.IsNullOrEmpty(text) && text != "None")
            report.Set(key, "LogWith", text);
    }

    private void Samples()
    {
        var prompts = Take("sample_prompts");
        var sampling = report.Config.Sampling;
        if (string.IsNullOrEmpty(prompts) || (sampling.SampleEveryNSteps is null && sampling.SampleEveryNEpochs is null))
            return;
        if (File.Exists(prompts) || prompts.EndsWith(".txt", StringComparison.OrdinalIgnoreCase) || prompts.EndsWith(".toml", StringComparison.OrdinalIgnoreCase) || prompts.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
        {
            report.Set("sample_prompts", "SamplePrompts", prompts);
            return;
        }
        var file = (report.Config.Folders.OutputDir ?? "").TrimEnd('/', '\\') + "/sample/prompt.txt";
        report.Set("sample_prompts", "SamplePrompts", file, ImportOutcome.Changed, $"The GUI wrote its text field to this file; write the prompts there: {prompts}");
    }

    private void Additional()
    {
        if (Take("additional_parameters") is { } text && text.Trim().Length > 0)
            CommandLineImporter.Arguments(report, ShellWords.Split(text));
    }

    private static Setting? SettingFor(string key) =>
        SettingCatalogue.All.FirstOrDefault(setting => setting.GuiKey == key)
        ?? (SettingCatalogue.TryGet(key, out var setting) && (setting.Key == key || setting.Aliases.Any(alias => SettingText.SnakeCase(alias) == key)) ? setting : null);

    private void Plain(string key, string setting)
    {
        if (Take(key) is { Length: > 0 } text)
            report.Set(key, setting, text);
    }

    private bool Words(string key, string setting)
    {
        var words = ArgumentText.Split(Take(key) ?? "");
        if (words.Count > 0)
            report.Set(key, setting, words.ToArray());
        return words.Count > 0;
    }

    private string? Take(string key)
    {
        read.Add(key);
        return root.Find(key) is { } value ? Scalar(value) : null;
    }

    private double? Number(string key)
    {
        var text = Take(key);
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number))
            return number;
        if (!string.IsNullOrWhiteSpace(text) && text is not "None" && !report.Notes.Any(note => note.Source == key))
            report.Ignore(key, text, "It is no number; the default stays.");
        return null;
    }

    private double? FirstNumber(string key)
    {
        if (root.Find(key) is ConfigList { Items: [ConfigScalar first, ..] })
        {
            read.Add(key);
            return double.TryParse(first.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;
        }
        return Number(key);
    }

    private static bool IsTrue(string? text) => text is "true" or "True" or "1";

    internal static string? Scalar(ConfigNode value) => value switch
    {
        ConfigScalar scalar => scalar.Text,
        ConfigList list => string.Join(",", list.Items.Select(Scalar)),
        _ => null,
    };
}
