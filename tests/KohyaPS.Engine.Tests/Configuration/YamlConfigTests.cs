using KohyaPS.Engine.Configuration;

namespace KohyaPS.Engine.Tests.Configuration;

public sealed class YamlConfigTests
{
    private const string Folder = "/data/configs";

    private static LoraConfig Read(string text) => YamlConfigReader.Read(text, "test.yaml", Folder);

    private static string Refused(string text) => Assert.Throws<ConfigFormatException>(() => Read(text)).Message;

    [Fact]
    public void Settings_stand_in_their_group_or_without()
    {
        var config = Read("name: dog\nnetwork:\n  network_dim: 32\nlearning_rate: 1e-5\ncaptions:\n");
        Assert.Equal(("dog", 32, 1e-5), (config.Name, config.Network.NetworkDim, config.Optimizer.LearningRate));
        Assert.Equal(["NetworkDim", "LearningRate"], config.Changed().Select(setting => setting.Name));
    }

    [Fact]
    public void Every_problem_is_reported_with_its_line()
    {
        var message = Refused("network:\n  network_dimm: 4\n  network_alpha: viel\noptimizer:\n  network_dim: 4\n");
        Assert.Contains("has 3 problems", message, StringComparison.Ordinal);
        Assert.Contains("line 2: there is no setting 'network_dimm'. Did you mean 'network_dim'?", message, StringComparison.Ordinal);
        Assert.Contains("line 3: NetworkAlpha cannot be 'viel': it is a number.", message, StringComparison.Ordinal);
        Assert.Contains("line 5: 'network_dim' belongs to 'network', not to 'optimizer'", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("seed: 1\nseed: 2\n", "line 2: 'seed' is set twice, first in line 1")]
    [InlineData("seed: 1\ntraining:\n  seed: 2\n", "line 3: 'seed' is set twice, first in line 1")]
    [InlineData("Seed: 1\nseed: 2\n", "line 2: 'seed' is set twice")]
    [InlineData("a: &x [1]\nb: *x\n", "is an anchor")]
    [InlineData("seed: !!python/object 1\n", "is a tag")]
    [InlineData("seed: 1\n---\nseed: 2\n", "second document")]
    [InlineData("- 1\n", "list of 'name: value'")]
    [InlineData("seed: [1\n", "not YAML")]
    [InlineData("seed: {a: 1}\n", "a table stands here")]
    [InlineData("schema: 99\n", "another version")]
    [InlineData("optimizer_type: AdamX\n", "Did you mean Adam?")]
    [InlineData("optimizer_type: Quickest\n", "one of AdamW, AdamW8bit")]
    [InlineData("lr_scheduler: cosine_with_restart\n", "Did you mean cosine_with_restarts?")]
    [InlineData("network_dim: 99999999999\n", "a whole number up to 2147483647")]
    [InlineData("network_alpha: NaN\n", "neither infinite nor NaN")]
    [InlineData("network:\n  network_alpha: 1\n\tnetwork_dim: 4\n", "line 3: a tab indents this line")]
    public void What_is_wrong_is_named(string text, string expected) => Assert.Contains(expected, Refused(text), StringComparison.Ordinal);

    [Fact]
    public void Deep_nesting_is_refused() => Assert.Contains("nested", Refused("seed: " + new string('[', 60) + new string(']', 60)), StringComparison.Ordinal);

    [Fact]
    public void Defaults_can_be_written_out_and_read_back()
    {
        var text = YamlConfigWriter.Write(new LoraConfig { BaseFolder = Folder }, Folder, includeDefaults: true);
        Assert.Empty(Read(text).Changed());
        Assert.All(SettingCatalogue.All, setting => Assert.Contains($"  {setting.Key}: ", text, StringComparison.Ordinal));
        Assert.Contains("# Rank of the update matrices.", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("img", "/data/configs", "/data/configs", "img")]
    [InlineData("img", "/data/other", "/data/configs", "../other/img")]
    [InlineData("/data/img", "/data/other", "/data/configs", "/data/img")]
    [InlineData("C:\\img \"x\"", "/data/other", "/data/configs", "C:\\img \"x\"")]
    public void Relative_paths_mean_the_same_file_from_the_new_folder(string path, string from, string to, string expected)
    {
        var config = new LoraConfig { BaseFolder = from }.With("TrainDataDir", path);
        Assert.Equal(expected, YamlConfigReader.Read(YamlConfigWriter.Write(config, to, false), "x", to).Folders.TrainDataDir);
    }

    [Fact]
    public void Datasets_survive_the_file()
    {
        const string text = """
            datasets:
              - resolution: 768
                batch_size: 4
                keep_tokens: 2
                num_repeats: 3
                subsets:
                  - image_dir: a b
                    class_tokens: "shs dog"
                  - image_dir: C:\x
                    num_repeats: 10
                    is_reg: true
                    keep_tokens: 1
            """;
        var config = Read(text);
        var read = Read(YamlConfigWriter.Write(config, Folder, false));
        foreach (var dataset in new[] { config.Datasets![0], read.Datasets![0] })
        {
            Assert.Equal((3, 10), (dataset.Subsets[0].NumRepeats, dataset.Subsets[1].NumRepeats));
            Assert.Equal("shs dog", dataset.Subsets[0].ClassTokens);
            Assert.True(dataset.Subsets[1].IsReg);
            var first = config.For(dataset, dataset.Subsets[0]);
            Assert.Equal((2, 4, new Resolution(768)), (first.Captions.KeepTokens, first.Training.TrainBatchSize, first.Buckets.Resolution));
            Assert.Equal(1, config.For(dataset, dataset.Subsets[1]).Captions.KeepTokens);
        }
    }

    [Theory]
    [InlineData("datasets:\n  - subsets:\n      - image_dirr: a\n", "line 3: 'image_dirr' is not known in subsets. Did you mean 'image_dir'?")]
    [InlineData("datasets:\n  - subsets:\n      - image_dir: a\n        resolution: 512\n", "line 4: 'resolution' belongs to a dataset")]
    [InlineData("datasets:\n  - image_dir: a\n    subsets: []\n", "line 2: 'image_dir' belongs to a subset")]
    [InlineData("datasets:\n  - subsets: 3\n", "line 2: 'subsets' is a list")]
    [InlineData("datasets:\n  - subsets:\n      - num_repeats: 1.5\n        image_dir: a\n", "line 3: 'num_repeats' is a whole number")]
    public void Wrong_datasets_are_refused_with_their_line(string text, string expected) => Assert.Contains(expected, Refused(text), StringComparison.Ordinal);

    /// <summary>A valid value that is not the default.</summary>
    internal static object? Unlike(Setting setting)
    {
        var type = setting.ValueType;
        if (type == typeof(bool))
            return !(bool)setting.Default!;
        if (type == typeof(string))
            return $"Ünlike: '{setting.Key}' \"#\\n\" {{x}}";
        if (type.IsEnum)
            return SettingText.Convert(setting, setting.Choices.First(word => word != SettingText.Format(setting.Default)));
        if (type == typeof(Resolution))
            return new Resolution(640, 384);
        if (type == typeof(StepsOrShare))
            return StepsOrShare.Share(0.123);
        if (type == typeof(IReadOnlyList<string>))
            return new[] { "a=1,2", "b='x y'" };
        if (type == typeof(IReadOnlyList<double>))
            return new[] { 0.1, 2 };
        if (type == typeof(IReadOnlyList<int>))
            return new[] { 3, 4 };
        return SettingText.Convert(setting, type == typeof(double) ? 0.123456789012345 : setting.Choices.Count > 0 ? 225 : 77);
    }
}
