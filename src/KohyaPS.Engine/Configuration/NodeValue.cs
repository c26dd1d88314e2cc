namespace KohyaPS.Engine.Configuration;

/// <summary>Turns nodes of a file into values of settings.</summary>
internal static class NodeValue
{
    /// <exception cref="ArgumentException">The value does not fit the setting.</exception>
    internal static object? For(Setting setting, ConfigNode node) => node switch
    {
        ConfigScalar { Text: null } => SettingText.Convert(setting, null),
        ConfigScalar scalar => SettingText.Parse(setting, scalar.Text),
        ConfigList list => SettingText.Convert(setting, list.Items.Select(Item).ToList()),
        _ => throw new ArgumentException($"{setting.Name} is a single value, but a table stands here."),
    };

    private static object? Item(ConfigNode node) =>
        node is ConfigScalar { Text: { } text } ? text : throw new ArgumentException("a list of single values is needed here.");
}
