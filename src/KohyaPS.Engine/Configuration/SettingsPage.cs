using System.Globalization;
using System.Text;
using KohyaPS.Engine.Configuration.Import;

namespace KohyaPS.Engine.Configuration;

/// <summary>The page docs/settings.md, written from the catalogue.</summary>
internal static class SettingsPage
{
    internal static string Write()
    {
        var page = new StringBuilder();
        page.Append(
            """
            # Settings

            This page is generated from the settings themselves; do not edit it.

            A setting has one name: that of sd-scripts. It is snake_case in YAML and PascalCase as a parameter of `New-LoraConfig` (`network_dim`, `-NetworkDim`); the snake_case name and the other names in
            the table work as parameters, too. Our defaults are those of the kohya_ss v21.8.8 GUI, except where a reason is given. A configuration that is imported keeps the meaning it had: GUI JSON starts
            from the GUI's defaults, TOML and command lines of sd-scripts from the trainer's, and captions are looked for by what lies beside the pictures.

            "—" means: not set. A default is named only where it is not ours.


            """.ReplaceLineEndings("\n"));
        foreach (var group in SettingCatalogue.All.GroupBy(setting => setting.Group))
        {
            page.Append(CultureInfo.InvariantCulture, $"## {group.Key}\n\n");
            page.Append("| Setting | Meaning | Type | Default | GUI key | GUI default | Trainer default | Other names |\n|---|---|---|---|---|---|---|---|\n");
            foreach (var setting in group)
                page.Append(Row(setting));
            page.Append('\n');
        }
        page.Append("## Defaults that are not the GUI's\n\n| Setting | Ours | GUI | Why |\n|---|---|---|---|\n");
        foreach (var setting in SettingCatalogue.All.Where(setting => setting.Why is not null))
            page.Append(CultureInfo.InvariantCulture, $"| `{setting.Key}` | {Show(setting.Default)} | {Show(setting.GuiDefault)} | {Escape(setting.Why!)} |\n");
        page.Append("\n## Names that are read into other settings\n\n| Name | Becomes |\n|---|---|\n");
        foreach (var (name, meaning) in ForeignSettings.ReadAsOthers.OrderBy(entry => entry.Key, StringComparer.Ordinal))
            page.Append(CultureInfo.InvariantCulture, $"| `{name}` | {Escape(meaning)} |\n");
        page.Append("\n## Names that have no use here\n\nThe importers leave them out and say so.\n\n| Name | Why |\n|---|---|\n");
        foreach (var (name, reason) in ForeignSettings.WithoutUse.OrderBy(entry => entry.Key, StringComparer.Ordinal))
            page.Append(CultureInfo.InvariantCulture, $"| `{name}` | {Escape(reason)} |\n");
        return page.ToString();
    }

    private static string Row(Setting setting)
    {
        var gui = setting.GuiKey is null || SettingText.Same(setting.GuiDefault, setting.Default) ? "" : Show(setting.GuiDefault);
        var trainer = SettingText.Same(setting.TrainerDefault, setting.Default) ? "" : Show(setting.TrainerDefault);
        var names = string.Join(", ", setting.Aliases.Select(alias => $"`-{alias}`"));
        return $"| `{setting.Key}` | {Escape(SettingHelp.For(setting))} | {Kind(setting)} | {Show(setting.Default)} | {(setting.GuiKey is null ? "" : $"`{setting.GuiKey}`")} | {gui} | {trainer} | {names} |\n";
    }

    private static string Kind(Setting setting)
    {
        var element = SettingText.ElementType(setting.ValueType);
        var type = element ?? setting.ValueType;
        var name = type == typeof(bool) ? "true or false"
            : type == typeof(string) ? setting.IsPath ? "path" : "text"
            : type == typeof(double) ? "number"
            : type == typeof(Resolution) ? "width,height"
            : type == typeof(StepsOrShare) ? "steps or share"
            : type.IsEnum ? string.Join(", ", setting.Choices)
            : setting.Choices.Count > 0 ? string.Join(", ", setting.Choices) : "whole number";
        var limits = (double.IsFinite(setting.Minimum), double.IsFinite(setting.Maximum), double.IsFinite(setting.Below)) switch
        {
            (_, _, true) => $", {SettingText.Format(setting.Minimum)} to less than {SettingText.Format(setting.Below)}",
            (true, true, _) => $", {SettingText.Format(setting.Minimum)} to {SettingText.Format(setting.Maximum)}",
            (true, false, _) => $", at least {SettingText.Format(setting.Minimum)}",
            _ => "",
        };
        return (element is null ? "" : "list of ") + name + limits;
    }

    private static string Show(object? value) => value switch
    {
        null => "—",
        "" => "—",
        _ => $"`{Escape(SettingText.Format(value))}`",
    };

    private static string Escape(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal);
}
