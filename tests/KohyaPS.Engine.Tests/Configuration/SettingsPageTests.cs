using KohyaPS.Conformance;
using KohyaPS.Engine.Configuration;

namespace KohyaPS.Engine.Tests.Configuration;

public sealed class SettingsPageTests
{
    private static readonly string Page = Path.Combine(GoldenRoot.Checkout, "docs", "settings.md");

    /// <summary>KOHYAPS_WRITE_DOCS=1 writes the page anew (docs/development.md).</summary>
    [Fact]
    public void The_page_of_settings_is_what_the_catalogue_says()
    {
        var expected = SettingsPage.Write();
        if (Environment.GetEnvironmentVariable("KOHYAPS_WRITE_DOCS") == "1")
            File.WriteAllText(Page, expected);
        Assert.True(expected == File.ReadAllText(Page).ReplaceLineEndings("\n"), "docs/settings.md is out of date. Run the tests once with KOHYAPS_WRITE_DOCS=1 and commit the page.");
    }

    [Fact]
    public void Every_setting_has_a_line_and_a_meaning() => Assert.All(SettingCatalogue.All, setting =>
    {
        Assert.Contains($"| `{setting.Key}` |", SettingsPage.Write(), StringComparison.Ordinal);
        Assert.EndsWith(".", SettingHelp.For(setting), StringComparison.Ordinal);
    });
}
