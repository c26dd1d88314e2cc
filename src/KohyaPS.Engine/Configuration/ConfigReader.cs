using KohyaPS.Engine.Configuration.Import;

namespace KohyaPS.Engine.Configuration;

/// <summary>Finds out by its content what a text is, and has it read.</summary>
internal static class ConfigReader
{
    /// <summary>Reads all configurations of a text.</summary>
    /// <exception cref="ConfigFormatException">It holds none, or a wrong one, or one of another program, which the message names.</exception>
    internal static IReadOnlyList<LoraConfig> Read(string text, string path, string baseFolder)
    {
        var extension = Path.GetExtension(path).ToUpperInvariant();
        if (extension is ".YAML" or ".YML")
            return [Yaml(text, path, baseFolder)];
        if (extension is ".BAT" or ".CMD" or ".SH" || IsScript(text))
            return Script(text, path, baseFolder, extension is ".BAT" or ".CMD");
        if (Tree(text, path) is { } root)
            return [Foreign(root, IsJson(text), path, baseFolder)];
        var words = ShellWords.Split(text);
        return CommandLineImporter.IsTraining(words)
            ? [Named(path, () => CommandLineImporter.Read(words, baseFolder, path, ConfigSourceKind.CommandLine))]
            : [Yaml(text, path, baseFolder)];
    }

    /// <summary>TOML or JSON as nodes; null when it is neither.</summary>
    internal static ConfigTable? Tree(string text, string path)
    {
        if (IsJson(text))
            return JsonTreeReader.Read(text, path) as ConfigTable;
        return Path.GetExtension(path).Equals(".toml", StringComparison.OrdinalIgnoreCase) || LooksLikeToml(text) ? TomlTreeReader.Read(text, path) : null;
    }

    private static LoraConfig Foreign(ConfigTable root, bool isJson, string path, string baseFolder)
    {
        if (ForeignFiles.Describe(root) is { } description)
            throw new ConfigFormatException($"'{path}' is not read. {description}");
        if (DatasetConfigImporter.IsDatasetConfig(root))
            return DatasetConfigImporter.Read(root, path, baseFolder);
        if (!isJson)
            return Named(path, () => TrainerTomlImporter.Read(root, path, baseFolder));
        if (ForeignFiles.IsGuiJson(root))
            return Named(path, () => GuiJsonImporter.Read(root, path, baseFolder));
        throw new ConfigFormatException($"'{path}' is not read. It has names of sd-scripts in JSON, which sd-scripts reads from TOML only. Save it as TOML ('name = value' lines) if it is complete.");
    }

    /// <summary>Puts the file's name before a refusal that does not say it.</summary>
    internal static T Named<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (ConfigFormatException error) when (!error.Message.StartsWith('\''))
        {
            throw new ConfigFormatException($"'{path}' is not read. {error.Message}", error);
        }
    }

    private static bool IsJson(string text) => text.AsSpan().TrimStart() is ['{', ..];

    private static LoraConfig Yaml(string text, string path, string baseFolder) =>
        YamlConfigReader.Read(text, path, baseFolder) with { Origin = new(path, ConfigSourceKind.Yaml, []) };

    private static List<LoraConfig> Script(string text, string path, string baseFolder, bool isBatch)
    {
        var commands = Named(path, () => isBatch ? BatchScript.Commands(text) : BashScript.Commands(text));
        if (commands.Count == 0)
            throw new ConfigFormatException($"'{path}' starts no trainer of sd-scripts: there is no train_network.py in it.");
        return [.. commands.Select(command => Named(path, () => CommandLineImporter.Read(command, baseFolder, path, ConfigSourceKind.LaunchScript)))];
    }

    private static bool IsScript(string text) => text.StartsWith("#!", StringComparison.Ordinal);

    /// <summary>Most lines that are no comments are tables, or names with an equals sign.</summary>
    private static bool LooksLikeToml(string text)
    {
        var lines = text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#').ToList();
        return lines.Count > 0 && 2 * lines.Count(IsTomlLine) > lines.Count;
    }

    private static bool IsTomlLine(string line)
    {
        if (line[0] == '[' && line[^1] == ']')
            return true;
        var equals = line.IndexOf('=', StringComparison.Ordinal);
        return equals > 0 && line[..equals].Trim().All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.') && line[0] != '-';
    }
}
