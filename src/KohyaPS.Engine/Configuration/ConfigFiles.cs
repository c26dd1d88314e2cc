using KohyaPS.Files;

namespace KohyaPS.Engine.Configuration;

/// <summary>Configurations on disk: reads any kind that it knows, writes YAML.</summary>
public static class ConfigFiles
{
    /// <summary>Reads a configuration; its paths are relative to the file's folder.</summary>
    /// <param name="path">Absolute path of the file.</param>
    /// <exception cref="ConfigFormatException">The file holds no valid configuration; the message lists all that is wrong.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static LoraConfig Read(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? path;
        return YamlConfigReader.Read(ConfigText.Read(path), path, folder) with { Origin = new(path, ConfigSourceKind.Yaml, []) };
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

    /// <summary>What a setting means, in complete sentences.</summary>
    public static string Help(Setting setting)
    {
        ArgumentNullException.ThrowIfNull(setting);
        return SettingHelp.For(setting);
    }
}
