using System.Collections;
using System.Globalization;
using System.Text;

namespace KohyaPS.Engine.Configuration;

/// <summary>Writes a configuration of KohyaPS, each setting with a comment that says what it means. What is written reads back as it was.</summary>
internal static class YamlConfigWriter
{
    /// <param name="config">What to write.</param>
    /// <param name="folder">Folder of the file; relative paths are rewritten for it.</param>
    /// <param name="includeDefaults">Write every setting, not only those that differ from the defaults.</param>
    internal static string Write(LoraConfig config, string folder, bool includeDefaults)
    {
        var text = new StringBuilder();
        text.Append("# KohyaPS configuration. What is not written here keeps its default; docs/settings.md lists all settings.\n");
        text.Append(CultureInfo.InvariantCulture, $"schema: {YamlConfigReader.Schema}\n");
        if (config.HasOwnName)
            text.Append(CultureInfo.InvariantCulture, $"name: {Quote(config.Name)}\n");
        var written = includeDefaults ? [.. SettingCatalogue.All] : config.Changed().ToHashSet();
        foreach (var group in SettingCatalogue.All.GroupBy(setting => setting.Group))
        {
            if (!group.Any(written.Contains))
                continue;
            text.Append(CultureInfo.InvariantCulture, $"\n{SettingText.SnakeCase(group.Key)}:\n");
            foreach (var setting in group.Where(written.Contains))
            {
                text.Append(CultureInfo.InvariantCulture, $"  # {SettingHelp.For(setting)}{Choices(setting)}\n");
                text.Append(CultureInfo.InvariantCulture, $"  {setting.Key}: {Value(config, setting, setting.Read(config), folder)}\n");
            }
        }
        if (config.Datasets is not null)
            AppendDatasets(text, config, folder);
        return text.ToString();
    }

    private static string Choices(Setting setting) =>
        setting.ValueType.IsEnum ? $" One of: {string.Join(", ", setting.Choices)}." : "";

    private static void AppendDatasets(StringBuilder text, LoraConfig config, string folder)
    {
        text.Append("\ndatasets:\n");
        foreach (var dataset in config.Datasets!)
        {
            text.Append(dataset.Subsets.Count == 0 ? "  - subsets: []\n" : "  - subsets:\n");
            foreach (var subset in dataset.Subsets)
                text.AppendJoin('\n', Lines(config, subset, folder).Select((line, index) => (index == 0 ? "      - " : "        ") + line)).Append('\n');
            if (dataset.NetworkMultiplier is { } multiplier)
                text.Append(CultureInfo.InvariantCulture, $"    network_multiplier: {SettingText.Format(multiplier)}\n");
            foreach (var line in Lines(config, dataset.Overrides, folder))
                text.Append("    ").Append(line).Append('\n');
        }
    }

    private static IEnumerable<string> Lines(LoraConfig config, SubsetDefinition subset, string folder)
    {
        (string Key, string? Path)[] paths = [("image_dir", subset.ImageDir), ("metadata_file", subset.MetadataFile), ("conditioning_data_dir", subset.ConditioningDataDir)];
        foreach (var (key, path) in paths.Where(p => p.Path is not null))
            yield return $"{key}: {Quote(PathFor(config, path!, folder))}";
        if (subset.ClassTokens is { } words)
            yield return $"class_tokens: {Quote(words)}";
        if (subset.NumRepeats is { } repeats)
            yield return $"num_repeats: {SettingText.Format(repeats)}";
        if (subset.IsReg)
            yield return "is_reg: true";
        if (subset.CustomAttributes.Count > 0)
            yield return $"custom_attributes: {AttributeText.Write(subset.CustomAttributes, ": ")}";
        foreach (var line in Lines(config, subset.Overrides, folder))
            yield return line;
    }

    private static IEnumerable<string> Lines(LoraConfig config, IReadOnlyDictionary<string, object?> overrides, string folder) =>
        overrides.Select(o => (Setting: SettingCatalogue.Get(o.Key), o.Value)).Select(o => $"{o.Setting.Key}: {Value(config, o.Setting, o.Value, folder)}");

    private static string Value(LoraConfig config, Setting setting, object? value, string folder) => value switch
    {
        null => "null",
        string text => Quote(setting.IsPath ? PathFor(config, text, folder) : text),
        IEnumerable items => "[" + string.Join(", ", items.Cast<object>().Select(item => Value(config, setting, item, folder))) + "]",
        StepsOrShare or Resolution => Quote(SettingText.Format(value)),
        Enum => Quote(SettingText.Format(value)),
        _ => SettingText.Format(value),
    };

    /// <summary>Absolute paths stay; relative ones are rewritten to mean the same file when seen from the new folder.</summary>
    private static string PathFor(LoraConfig config, string path, string folder) =>
        path.Length == 0 || Path.IsPathRooted(path) || IsForeign(path) || Path.GetFullPath(config.BaseFolder) == Path.GetFullPath(folder)
            ? path
            : Path.GetRelativePath(folder, config.Resolve(path)!).Replace('\\', '/');

    /// <summary>A path of Windows or an address, whatever this machine makes of it.</summary>
    private static bool IsForeign(string path) =>
        path.Contains("://", StringComparison.Ordinal) || path.StartsWith("\\\\", StringComparison.Ordinal) || (path.Length > 1 && path[1] == ':');

    /// <summary>Plain where no reader could take it for anything else; else in double quotes with escapes.</summary>
    private static string Quote(string text)
    {
        var isPlain = text.Length > 0 && char.IsAsciiLetter(text[0]) && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' or '/')
            && text.ToUpperInvariant() is not ("TRUE" or "FALSE" or "NULL" or "YES" or "NO" or "ON" or "OFF" or "Y" or "N");
        if (isPlain)
            return text;
        var quoted = new StringBuilder("\"");
        foreach (var c in text)
        {
            _ = c switch
            {
                '"' => quoted.Append("\\\""),
                '\\' => quoted.Append("\\\\"),
                '\n' => quoted.Append("\\n"),
                '\r' => quoted.Append("\\r"),
                '\t' => quoted.Append("\\t"),
                < ' ' or '\u007f' or '\u0085' or '\u00a0' or '\u2028' or '\u2029' or '\ufeff' => quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => quoted.Append(c),
            };
        }
        return quoted.Append('"').ToString();
    }
}
