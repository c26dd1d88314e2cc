using KohyaPS.Engine.Configuration;

namespace KohyaPS.Engine.Tests.Configuration;

/// <summary>The whole catalogue, written by Export-LoraConfig and read by Import-LoraConfig.</summary>
public sealed class RoundTripTests
{
    private const string Folder = "/data/configs";
    private static readonly LoraConfig plain = new() { BaseFolder = Folder };

    private static readonly Dictionary<string, object?> none = [];

    private static readonly Dictionary<string, Func<LoraConfig, LoraConfig>> formats = new()
    {
        ["yaml"] = config => ConfigReader.Read(YamlConfigWriter.Write(config, Folder, includeDefaults: false), "c.yaml", Folder).Single(),
        ["toml"] = config => ConfigReader.Read(TrainerTomlWriter.Write(config, Folder, null), "c.toml", Folder).Single(),
    };

    [Theory]
    [InlineData("yaml")]
    [InlineData("toml")]
    public void Every_value_of_every_setting_survives_alone(string format) => Assert.All(SettingCatalogue.All, setting => Assert.All(Values(setting), value =>
    {
        var config = setting.Write(plain, value);
        AssertSame(config, formats[format](config), $"{setting.Key}={SettingText.Format(value)}");
        Assert.Equal(setting.Read(config)?.GetType(), setting.Read(formats[format](config))?.GetType());
    }));

    [Theory]
    [InlineData("yaml", "lora")]
    [InlineData("toml", "lora")]
    [InlineData("yaml", "lycoris.kohya")]
    [InlineData("toml", "lycoris.kohya")]
    public void All_settings_survive_together(string format, string module)
    {
        var config = SettingCatalogue.All.Aggregate(plain, (current, setting) => setting.Write(current, Absolute(setting, YamlConfigTests.Unlike(setting)))).With("NetworkModule", module);
        AssertSame(config, formats[format](config), "all");
    }

    [Fact]
    public void A_name_survives_in_YAML()
    {
        var config = plain with { Name = "a: \"b\" #c" };
        Assert.Equal(config.Name, formats["yaml"](config).Name);
    }

    [Theory]
    [InlineData("yaml")]
    [InlineData("toml")]
    public void Every_value_of_datasets_and_subsets_survives(string format)
    {
        Dictionary<string, object?> Overrides(IEnumerable<string> names) => names.Select(SettingCatalogue.Get).ToDictionary(s => s.Name, s => s.Name == "FaceCropAugRange" ? new[] { 1.5, 2 } : YamlConfigTests.Unlike(s));
        var attributes = new Dictionary<string, object?> { ["diff_output_preservation"] = true, ["whole"] = 3L, ["share"] = 0.5, ["digits"] = "3", ["word"] = "true", ["list"] = new object[] { "a", 1L } };
        var datasets = new DatasetDefinition[]
        {
            new()
            {
                Overrides = Overrides([.. DatasetTables.DatasetLevel, .. DatasetTables.SubsetLevel]),
                NetworkMultiplier = 0.25,
                Subsets =
                [
                    new() { ImageDir = "/data/a \"b\"", NumRepeats = 7, IsReg = true, ClassTokens = "shs: 'dog' #1", Overrides = Overrides([.. DatasetTables.SubsetLevel, "AlphaMask"]), CustomAttributes = attributes },
                    new() { ImageDir = "/data/c" },
                ],
            },
            new() { Subsets = [new() { ImageDir = "/data/d", MetadataFile = "/data/m.json" }] },
            new() { Subsets = [new() { ImageDir = "/data/e", ConditioningDataDir = "/data/masks" }] },
        };
        var text = format == "yaml" ? YamlConfigWriter.Write(plain with { Datasets = datasets }, Folder, includeDefaults: false) : TrainerTomlWriter.WriteDatasets(plain with { Datasets = datasets });
        var read = ConfigReader.Read(text, $"d.{format}", Folder).Single().Datasets!;
        Assert.Equal(datasets.Length, read.Count);
        Assert.All(datasets.Zip(read), pair =>
        {
            AssertEqual(pair.First.Overrides, pair.Second.Overrides);
            Assert.All(pair.First.Subsets.Zip(pair.Second.Subsets), subsets =>
            {
                AssertEqual(subsets.First.Overrides, subsets.Second.Overrides);
                AssertEqual(subsets.First.CustomAttributes, subsets.Second.CustomAttributes);
                Assert.Equal(Bare(subsets.First), Bare(subsets.Second));
            });
            Assert.Equal(pair.First.NetworkMultiplier, pair.Second.NetworkMultiplier);
        });
    }

    private static SubsetDefinition Bare(SubsetDefinition subset) => subset with { Overrides = none, CustomAttributes = none };

    private static void AssertEqual(IReadOnlyDictionary<string, object?> expected, IReadOnlyDictionary<string, object?> actual)
    {
        Assert.Equal(expected.Keys.Order(), actual.Keys.Order());
        Assert.All(expected, value =>
        {
            Assert.Equal(value.Value?.GetType(), actual[value.Key]?.GetType());
            Assert.True(SettingText.Same(value.Value, actual[value.Key]), $"{value.Key}: {SettingText.Format(value.Value)} became {SettingText.Format(actual[value.Key])}");
        });
    }

    private static void AssertSame(LoraConfig expected, LoraConfig actual, string what) =>
        Assert.Equal("", string.Join(", ", expected.DifferencesTo(actual).Select(d => $"{what}: {d.Setting} {SettingText.Format(d.Reference)} became {SettingText.Format(d.Difference)}")));

    private static IEnumerable<object?> Values(Setting setting)
    {
        object?[] values = [YamlConfigTests.Unlike(setting), setting.TrainerDefault, setting.GuiDefault, .. setting.Choices, .. setting.IsNullable ? new object?[] { null } : []];
        return values.Select(value => Absolute(setting, value));
    }

    // The trainer takes relative paths from where it is started, so they are written as absolute ones.
    private static object? Absolute(Setting setting, object? value) => (setting.IsPath, value) switch
    {
        (true, string path) => $"/data/{path}",
        (true, IEnumerable<string> paths) => paths.Select(path => $"/data/{path}").ToArray(),
        _ => value,
    };
}
