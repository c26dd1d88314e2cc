using System.Globalization;

namespace KohyaPS.Engine.Configuration;

/// <summary>
/// The types of values in dataset_config, as sd-scripts checks them: a whole number is no fraction unless any number is allowed, and neither is text.
/// Formats without types, such as our YAML, leave it to the settings.
/// </summary>
internal static class DatasetValues
{
    /// <summary>Settings that take whole numbers and fractions alike.</summary>
    private static readonly string[] AnyNumber = ["CaptionDropoutRate", "CaptionTagDropoutRate", "TokenWarmupStep"];

    /// <exception cref="ArgumentException">The value has another type than the setting.</exception>
    internal static object? For(Setting setting, ConfigNode value)
    {
        if (value is ConfigList list)
            CheckList(setting, list);
        else if (value is ConfigScalar { Kind: not ConfigScalarKind.Untyped } scalar && !Fits(setting, scalar.Kind))
            throw new ArgumentException($"{setting.Key} cannot be {(scalar.Kind == ConfigScalarKind.Text ? $"the text \"{scalar.Text}\"" : scalar.Text ?? "null")}; {Expected(setting)}.");
        // An empty extension is one, as in sd-scripts; of other texts an empty one is none.
        return value is ConfigScalar { Text: "", Kind: ConfigScalarKind.Text } && setting.Name == "CaptionExtension" ? "" : NodeValue.For(setting, value);
    }

    /// <summary>A single value of custom_attributes.</summary>
    internal static object? Plain(ConfigNode value) => value switch
    {
        ConfigScalar { IsQuoted: true, Text: var text } => text,
        ConfigScalar { Kind: ConfigScalarKind.Boolean, Text: { } flag } => flag == "true",
        ConfigScalar { Kind: ConfigScalarKind.Integer, Text: { } whole } when long.TryParse(whole, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => number,
        ConfigScalar { Kind: ConfigScalarKind.Float, Text: { } fraction } => double.Parse(fraction, CultureInfo.InvariantCulture),
        ConfigScalar { Kind: ConfigScalarKind.Untyped, Text: { } text } when bool.TryParse(text, out var flag) => flag,
        ConfigScalar { Kind: ConfigScalarKind.Untyped, Text: { } text } when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => number,
        ConfigScalar { Kind: ConfigScalarKind.Untyped, Text: { } text } when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number,
        ConfigScalar scalar => scalar.Text,
        ConfigList list => list.Items.Select(Plain).ToArray(),
        ConfigTable table => table.Entries.ToDictionary(entry => entry.Key, entry => Plain(entry.Value)),
        _ => null,
    };

    private static bool Fits(Setting setting, ConfigScalarKind kind)
    {
        var type = setting.ValueType;
        return type == typeof(bool) ? kind == ConfigScalarKind.Boolean
            : type == typeof(string) || type.IsEnum ? kind == ConfigScalarKind.Text
            : type == typeof(int) || type == typeof(long) || type == typeof(Resolution) ? kind == ConfigScalarKind.Integer
            : AnyNumber.Contains(setting.Name) ? kind is ConfigScalarKind.Integer or ConfigScalarKind.Float
            : type == typeof(double) && kind == ConfigScalarKind.Float;
    }

    private static void CheckList(Setting setting, ConfigList list)
    {
        var kinds = list.Items.Select(item => (item as ConfigScalar)?.Kind ?? ConfigScalarKind.Null).ToList();
        var wanted = setting.ValueType == typeof(Resolution) ? ConfigScalarKind.Integer : ConfigScalarKind.Float;
        var isPair = setting.ValueType == typeof(Resolution) || setting.Name == "FaceCropAugRange";
        if (!isPair || kinds.Count != 2 || kinds.Any(kind => kind != wanted && kind != ConfigScalarKind.Untyped))
            throw new ArgumentException($"{setting.Key} cannot be a list of {SettingText.Format(kinds.Count)} such values; {Expected(setting)}.");
    }

    private static string Expected(Setting setting) =>
        setting.ValueType == typeof(bool) ? "it is true or false"
        : setting.ValueType == typeof(string) ? "it is a text in quotes"
        : setting.ValueType.IsEnum ? $"it is one of {string.Join(", ", setting.Choices.Select(choice => $"\"{choice}\""))}"
        : setting.ValueType == typeof(Resolution) ? "it is one whole number (512) or two ([512, 768])"
        : setting.Name == "FaceCropAugRange" ? "it is two numbers with a point ([2.0, 4.0])"
        : AnyNumber.Contains(setting.Name) ? "it is a number"
        : setting.ValueType == typeof(double) ? "it is a number with a point, such as 1.0"
        : "it is a whole number";
}
