using System.Globalization;

namespace KohyaPS.Engine.Configuration.Import;

/// <summary>Reads the command line of a trainer as Python's argparse does: abbreviated flags, --name=value and --name value, lists up to the next flag.</summary>
internal static class CommandLineImporter
{
    private const string Script = "train_network.py";

    /// <summary>Scripts of the same program that do not train a LoRA of Stable Diffusion.</summary>
    private static readonly string[] OtherScripts =
        ["train_db.py", "fine_tune.py", "sdxl_train.py", "train_textual_inversion.py", "sdxl_train_textual_inversion.py", "train_controlnet.py", "sdxl_train_control_net_lllite.py"];

    private static readonly HashSet<string> Lists = ["network_args", "optimizer_args", "lr_scheduler_args", "base_weights", "base_weights_multiplier", "text_encoder_lr"];

    /// <summary>Whether words start a trainer, with or without a launcher before it.</summary>
    internal static bool IsTraining(IReadOnlyList<string> words) => words.Any(word => FileName(word).EndsWith(Script, StringComparison.OrdinalIgnoreCase) || OtherScripts.Contains(FileName(word)));

    /// <exception cref="ConfigFormatException">The command does not train a LoRA of Stable Diffusion.</exception>
    internal static LoraConfig Read(IReadOnlyList<string> words, string baseFolder, string? path, ConfigSourceKind kind)
    {
        var report = new ImportReport(TrainerStart.Trainer(baseFolder));
        var start = 0;
        for (var i = 0; i < words.Count && start == 0; i++)
        {
            var name = FileName(words[i]);
            if (OtherScripts.Contains(name) || (name.EndsWith(Script, StringComparison.OrdinalIgnoreCase) && name is not (Script or "sdxl_" + Script)))
                throw new ConfigFormatException($"The command runs {name}, which does not train a LoRA of Stable Diffusion. KohyaPS reads commands of train_network.py and sdxl_train_network.py.");
            if (!name.EndsWith(Script, StringComparison.OrdinalIgnoreCase))
                continue;
            if (name.StartsWith("sdxl_", StringComparison.Ordinal))
                report.Set(name, "Sdxl", true, ImportOutcome.Renamed, "The script for SDXL is named.");
            Launcher(report, words.Take(i));
            start = i + 1;
        }
        if (start == 0 && !words.Any(word => word.StartsWith("--", StringComparison.Ordinal)))
            throw new ConfigFormatException("This text holds no command of sd-scripts: neither train_network.py nor a --flag is in it.");
        Arguments(report, words.Skip(start).ToList());
        new TrainerEntries(report).Finish();
        report.PointOutVariables();
        return report.Finish(path, kind);
    }

    /// <summary>Applies flags to a configuration in the making; the GUI's additional parameters are such flags, too.</summary>
    internal static void Arguments(ImportReport report, IReadOnlyList<string> words)
    {
        var entries = new TrainerEntries(report);
        for (var i = 0; i < words.Count; i++)
        {
            if (!words[i].StartsWith("--", StringComparison.Ordinal))
            {
                report.Ignore(words[i], null, "It belongs to no flag.");
                continue;
            }
            var equals = words[i].IndexOf('=', StringComparison.Ordinal);
            var typed = equals < 0 ? words[i][2..] : words[i][2..equals];
            var values = equals < 0 ? [] : new List<string> { words[i][(equals + 1)..] };
            if (Meaning(report, typed) is not { } name)
                continue;
            if (IsValueless(name))
            {
                entries.Apply(name, new ConfigScalar(0, "true", ConfigScalarKind.Boolean));
                continue;
            }
            while (i + 1 < words.Count && equals < 0 && !IsFlag(words[i + 1]) && (values.Count == 0 || Lists.Contains(name)))
                values.Add(words[++i]);
            if (values.Count == 0)
                report.Ignore(words[i], null, $"--{name} needs a value, but none follows; sd-scripts refuses this command.");
            else if (Lists.Contains(name))
                entries.Apply(name, new ConfigList(0, [.. values.Select(value => new ConfigScalar(0, value, ConfigScalarKind.Untyped))]));
            else
                entries.Apply(name, new ConfigScalar(0, values[0], ConfigScalarKind.Untyped));
        }
    }

    /// <summary>The full name of a flag; argparse accepts any beginning that only one flag has.</summary>
    private static string? Meaning(ImportReport report, string typed)
    {
        var known = TrainerEntries.KnownNames.Where(name => name != "lowvram").Distinct().ToList();
        if (known.Contains(typed))
            return typed;
        var matches = known.Where(name => name.StartsWith(typed, StringComparison.Ordinal)).ToList();
        if (matches.Count == 1)
        {
            report.Change("--" + typed, SettingCatalogue.TryGet(matches[0], out var setting) ? setting.Name : null, null, $"It is short for --{matches[0]}.");
            return matches[0];
        }
        if (matches.Count > 1)
            report.Ignore("--" + typed, null, $"It could be any of {string.Join(", ", matches.Order(StringComparer.Ordinal))}; sd-scripts refuses this command.");
        else
            report.Unknown("--" + typed, null, known);
        return null;
    }

    private static bool IsValueless(string name) =>
        ForeignSettings.ValuelessFlags.Contains(name) || (SettingCatalogue.TryGet(name, out var setting) && setting.Key == name && setting.ValueType == typeof(bool));

    /// <summary>Negative numbers are values.</summary>
    private static bool IsFlag(string word) =>
        word.StartsWith('-') && !double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out _);

    private static void Launcher(ImportReport report, IEnumerable<string> words)
    {
        var previous = "";
        foreach (var word in words)
        {
            const string Threads = "--num_cpu_threads_per_process";
            if (previous == Threads)
                report.Set("num_cpu_threads_per_process", "NumCpuThreadsPerProcess", word);
            else if (word.StartsWith(Threads + "=", StringComparison.Ordinal))
                report.Set("num_cpu_threads_per_process", "NumCpuThreadsPerProcess", word[(Threads.Length + 1)..]);
            else if (word.StartsWith("--", StringComparison.Ordinal) && word != Threads)
                report.Ignore(word.Split('=')[0], word.Contains('=', StringComparison.Ordinal) ? word.Split('=', 2)[1] : null, "It is for the launcher; KohyaPS trains in one process on one device.");
            previous = word;
        }
    }

    private static string FileName(string word) => word[(word.LastIndexOfAny(['/', '\\']) + 1)..];
}
