using KohyaPS.Engine.Configuration.Import;
using KohyaPS.Files;
using KohyaPS.Safetensors;

namespace KohyaPS.Engine.Configuration;

/// <summary>Configurations on disk: reads any kind that it knows, by content and not by name, and writes YAML.</summary>
public static class ConfigFiles
{
    private const int MaximumBytes = 4 << 20;

    /// <summary>Reads a file that holds one configuration; relative paths are relative to the file's folder.</summary>
    /// <param name="path">Absolute path of the file.</param>
    /// <exception cref="ConfigFormatException">The file holds no valid configuration, or several; the message lists all that is wrong.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static LoraConfig Read(string path)
    {
        var configs = ReadAll(path);
        return configs.Count == 1 ? configs[0] : throw new ConfigFormatException($"'{path}' starts {SettingText.Format(configs.Count)} trainings; Import-LoraConfig gives a configuration for each.");
    }

    /// <summary>Reads all configurations of a file: one, or one for each training that a script starts. A LoRA file gives what its metadata say.</summary>
    /// <param name="path">Absolute path of the file.</param>
    /// <exception cref="CheckpointFormatException">A LoRA file is damaged.</exception>
    /// <exception cref="ConfigFormatException">The file holds no valid configuration; the message lists all that is wrong.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IReadOnlyList<LoraConfig> ReadAll(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? path;
        if (!Path.GetExtension(path).Equals(".safetensors", StringComparison.OrdinalIgnoreCase))
            return ConfigReader.Read(ReadText(path), path, folder);
        using var network = SafetensorsFile.Open(path);
        return [NetworkMetadataImporter.Read(network.Metadata, path, folder)];
    }

    /// <summary>The text of a configuration file or script: UTF-8 with or without a mark, or UTF-16 with one, with \n as line ends.</summary>
    /// <exception cref="ConfigFormatException">The file is no text, or too large to be a configuration.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static string ReadText(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            var text = TextFile.Read(path, MaximumBytes);
            return text.Contains('\0', StringComparison.Ordinal) ? throw new ConfigFormatException($"'{path}' is not a text file; if it is UTF-16 without a mark, save it as UTF-8.") : text;
        }
        catch (TextFileException fault)
        {
            throw new ConfigFormatException($"'{path}' {fault.Message}.", fault);
        }
    }

    /// <summary>Reads a command line of sd-scripts as a person pastes it.</summary>
    /// <param name="commandLine">The text, over one or several lines.</param>
    /// <param name="baseFolder">Folder that relative paths are relative to.</param>
    /// <exception cref="ConfigFormatException">The text is no such command.</exception>
    public static LoraConfig ReadCommandLine(string commandLine, string baseFolder)
    {
        ArgumentNullException.ThrowIfNull(commandLine);
        return CommandLineImporter.Read(ShellWords.Split(commandLine), baseFolder, null, ConfigSourceKind.CommandLine);
    }

    /// <summary>Whether the words of a command start a trainer of sd-scripts.</summary>
    public static bool IsTraining(IReadOnlyList<string> words) => CommandLineImporter.IsTraining(words);

    /// <summary>Reads a command that has been split into words already, such as one of a PowerShell script.</summary>
    /// <param name="words">Program, script and arguments.</param>
    /// <param name="path">The script that the command stands in.</param>
    /// <exception cref="ConfigFormatException">It is no such command.</exception>
    public static LoraConfig ReadCommand(IReadOnlyList<string> words, string path)
    {
        ArgumentNullException.ThrowIfNull(words);
        ArgumentNullException.ThrowIfNull(path);
        return ConfigReader.Named(path, () => CommandLineImporter.Read(words, Path.GetDirectoryName(Path.GetFullPath(path)) ?? path, path, ConfigSourceKind.LaunchScript));
    }

    /// <summary>The configuration with the datasets of its DatasetConfig read in; the same one when it names none.</summary>
    /// <exception cref="ConfigFormatException">The file is no valid dataset_config; the message lists all that is wrong.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static LoraConfig WithDatasets(LoraConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        if (config.Folders.DatasetConfig is null)
            return config;
        var path = config.Resolve(config.Folders.DatasetConfig)!;
        var root = ConfigReader.Tree(ReadText(path), path)
            ?? throw new ConfigFormatException($"'{path}' is neither TOML nor JSON.");
        var described = DatasetConfigImporter.Apply(config with { Folders = config.Folders with { DatasetConfig = null } }, root, path);
        return described with { Origin = config.Origin };
    }

    /// <summary>Writes a configuration as YAML, beside the target first, then renamed.</summary>
    /// <param name="config">What to write.</param>
    /// <param name="path">Absolute path of the file.</param>
    /// <param name="includeDefaults">Write every setting, not only those that differ from the defaults.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(LoraConfig config, string path, bool includeDefaults)
    {
        ArgumentNullException.ThrowIfNull(config);
        var folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? path;
        AtomicFile.WriteText(path, YamlConfigWriter.Write(config, folder, includeDefaults));
    }

    /// <summary>Writes a configuration as TOML for sd-scripts, and its datasets, if it has any, as a dataset_config beside it.</summary>
    /// <param name="config">What to write.</param>
    /// <param name="path">Absolute path of the config_file.</param>
    /// <returns>The files that were written.</returns>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public static IReadOnlyList<string> WriteTrainerToml(LoraConfig config, string path)
    {
        ArgumentNullException.ThrowIfNull(config);
        var folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? path;
        var datasets = config.Datasets is null ? null : DatasetPathFor(path);
        if (datasets is not null)
            AtomicFile.WriteText(datasets, TrainerTomlWriter.WriteDatasets(config));
        AtomicFile.WriteText(path, TrainerTomlWriter.Write(config, folder, datasets));
        return datasets is null ? [path] : [path, datasets];
    }

    /// <summary>Where the dataset_config of a config_file is written.</summary>
    public static string DatasetPathFor(string path) => Path.Combine(Path.GetDirectoryName(path) ?? "", Path.GetFileNameWithoutExtension(path) + "_dataset.toml");

    /// <summary>What a setting means, in complete sentences.</summary>
    public static string Help(Setting setting)
    {
        ArgumentNullException.ThrowIfNull(setting);
        return SettingHelp.For(setting);
    }
}
