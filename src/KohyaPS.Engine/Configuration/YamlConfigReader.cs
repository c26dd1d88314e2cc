namespace KohyaPS.Engine.Configuration;

/// <summary>Reads a configuration of KohyaPS: settings under the names of their groups, or without.</summary>
internal static class YamlConfigReader
{
    /// <summary>Version of the format that this program writes.</summary>
    internal const int Schema = 1;

    /// <param name="text">The file's text.</param>
    /// <param name="source">What to call the file in messages.</param>
    /// <param name="baseFolder">Folder that relative paths are relative to.</param>
    /// <exception cref="ConfigFormatException">Something is wrong; the message lists all of it with lines.</exception>
    internal static LoraConfig Read(string text, string source, string baseFolder)
    {
        var errors = new ConfigErrors(source);
        var config = new LoraConfig { BaseFolder = baseFolder };
        var lines = new Dictionary<Setting, int>();
        var tables = new DatasetTables(errors);
        foreach (var (key, line, value) in Tree(text, source).Entries)
        {
            if (key == "schema")
                CheckSchema(errors, line, value);
            else if (key == "name" && value is ConfigScalar { Text: { } name })
                config = config with { Name = name };
            else if (key == "datasets" && value is ConfigList datasets)
                config = tables.Apply(config, null, datasets);
            else if (GroupOf(key) is { } group && value is ConfigTable table)
                config = table.Entries.Aggregate(config, (current, entry) => Apply(current, entry.Key, entry.Line, entry.Value, group));
            else if (GroupOf(key) is not null && value is ConfigScalar { Text: null })
                continue;
            else
                config = Apply(config, key, line, value, null);
        }
        errors.ThrowIfAny();
        return config;

        LoraConfig Apply(LoraConfig current, string key, int line, ConfigNode value, string? group)
        {
            if (!SettingCatalogue.TryGet(key, out var setting))
            {
                errors.Add(line, Unknown(key, group));
                return current;
            }
            if (group is not null && setting.Group != group)
                errors.Add(line, $"'{key}' belongs to '{SettingText.SnakeCase(setting.Group)}', not to '{SettingText.SnakeCase(group)}'; move it there.");
            if (!lines.TryAdd(setting, line))
                errors.Add(line, $"'{key}' is set twice, first in line {SettingText.Format(lines[setting])}; keep one of them.");
            try
            {
                return setting.Write(current, NodeValue.For(setting, value));
            }
            catch (ArgumentException error)
            {
                errors.Add(line, error.Message);
                return current;
            }
        }
    }

    private static ConfigTable Tree(string text, string source)
    {
        try
        {
            return YamlTreeReader.Read(text);
        }
        catch (ConfigFormatException error)
        {
            throw new ConfigFormatException($"'{source}', {error.Message}", error);
        }
    }

    private static void CheckSchema(ConfigErrors errors, int line, ConfigNode value)
    {
        if (value is not ConfigScalar { Text: { } text } || text != SettingText.Format(Schema))
            errors.Add(line, $"this file was written for another version of the format; this program reads 'schema: {SettingText.Format(Schema)}'. Update KohyaPS, or write the file anew.");
    }

    private static string? GroupOf(string key) =>
        SettingCatalogue.All.Select(setting => setting.Group).FirstOrDefault(group => SettingText.SnakeCase(group) == key);

    private static string Unknown(string key, string? group)
    {
        var known = SettingCatalogue.All.Select(setting => setting.Key);
        if (group is null)
            known = known.Concat(SettingCatalogue.All.Select(setting => SettingText.SnakeCase(setting.Group))).Concat(["name", "datasets", "schema"]);
        var nearest = NearestName.Find(key, known);
        return $"there is no setting '{key}'." + (nearest is null ? " docs/settings.md lists all settings." : $" Did you mean '{nearest}'?");
    }
}
