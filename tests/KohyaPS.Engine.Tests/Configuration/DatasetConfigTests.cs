using KohyaPS.Engine.Configuration;

namespace KohyaPS.Engine.Tests.Configuration;

public sealed class DatasetConfigTests
{
    private static LoraConfig Read(string text) => ConfigReader.Read(text, "dataset.toml", "/data").Single();

    [Fact]
    public void Values_fall_through_from_general_to_subset()
    {
        var config = Read("""
            [general]
            keep_tokens = 1
            shuffle_caption = true
            num_repeats = 2
            [[datasets]]
            resolution = [640, 512]
            batch_size = 3
            keep_tokens = 2
              [[datasets.subsets]]
              image_dir = 'C:\a'
              shuffle_caption = false
              [[datasets.subsets]]
              image_dir = "b"
              keep_tokens = 3
              num_repeats = 10
            """);
        var dataset = Assert.Single(config.Datasets!);
        var first = config.For(dataset, dataset.Subsets[0]);
        Assert.Equal((2, false, 3, new Resolution(640, 512)), (first.Captions.KeepTokens, first.Captions.ShuffleCaption, first.Training.TrainBatchSize, first.Buckets.Resolution));
        var second = config.For(dataset, dataset.Subsets[1]);
        Assert.Equal((3, true), (second.Captions.KeepTokens, second.Captions.ShuffleCaption));
        Assert.Equal([2, 10], dataset.Subsets.Select(subset => subset.NumRepeats!.Value));
        Assert.Equal("C:\\a", dataset.Subsets[0].ImageDir);
    }

    [Theory]
    [InlineData("caption_dir = \"x\"", "line 4: 'caption_dir' is not known in subsets. Did you mean 'caption_prefix'?")]
    [InlineData("num_repeats = true", "line 4: 'num_repeats' is a whole number")]
    [InlineData("keep_tokens = 1.5", "keep_tokens cannot be 1.5")]
    [InlineData("flip_aug = 1", "flip_aug cannot be 1")]
    [InlineData("class_tokens = 3", "'class_tokens' is a text")]
    [InlineData("batch_size = 3", "belongs to a dataset")]
    public void Wrong_keys_and_types_are_refused_with_their_line(string line, string expected)
    {
        var error = Assert.Throws<ConfigFormatException>(() => Read($"[[datasets]]\n[[datasets.subsets]]\nimage_dir = \"a\"\n{line}\n"));
        var message = expected.Contains("Did you mean", StringComparison.Ordinal) ? expected.Split(" Did you")[0] : expected;
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[[datasets]]\nresolution = 512\n", "has no subsets")]
    [InlineData("[general]\nkeep_tokens = 1\n", "No datasets are described")]
    [InlineData("[[datasets]]\n[[datasets.subsets]]\nimage_dir = \"a\"\nconditioning_data_dir = \"m\"\n", "with MaskedLoss only")]
    [InlineData("[[datasets]]\n[[datasets.subsets]]\nimage_dir = \"a\"\n[[datasets.subsets]]\nmetadata_file = \"m.json\"\n", "metadata_file and others without")]
    public void What_cannot_be_trained_is_found_by_the_rules(string text, string expected)
    {
        var folder = Directory.CreateTempSubdirectory("kohyaps").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "d.toml"), text);
            var config = ConfigFiles.WithDatasets(new LoraConfig { BaseFolder = folder }.With("DatasetConfig", "d.toml"));
            Assert.Contains(config.Validate(), problem => !problem.IsWarning && problem.Setting == "Datasets" && problem.Message.Contains(expected, StringComparison.Ordinal));
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }

    [Theory]
    [InlineData("network_multiplier = 1", "'network_multiplier' is a number with a point")]
    [InlineData("resolution = [512]", "resolution cannot be a list of 1")]
    [InlineData("resolution = \"512,512\"", "it is one whole number")]
    [InlineData("validation_split = 0", "validation_split cannot be 0")]
    [InlineData("alpha_mask = true", "alpha_mask")]
    public void Datasets_have_the_types_of_sd_scripts(string line, string expected)
    {
        var error = Assert.Throws<ConfigFormatException>(() => Read($"[[datasets]]\n{line}\n[[datasets.subsets]]\nimage_dir = \"a\"\n"));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Custom_attributes_survive_both_ways()
    {
        var config = Read("[[datasets]]\n[[datasets.subsets]]\nimage_dir = \"a\"\n[datasets.subsets.custom_attributes]\nstyle = \"x \\\"y\\\"\"\nn = 3\nshare = 0.5\ndiff_output_preservation = true\n");
        var subset = config.Datasets![0].Subsets[0];
        Assert.True(subset.DiffOutputPreservation);
        foreach (var text in new[] { YamlConfigWriter.Write(config, "/data", includeDefaults: false), TrainerTomlWriter.WriteDatasets(config) })
        {
            var read = ConfigReader.Read(text, text.StartsWith("# dataset_config", StringComparison.Ordinal) ? "d.toml" : "c.yaml", "/data").Single();
            Assert.Equal(subset.CustomAttributes, read.Datasets![0].Subsets[0].CustomAttributes);
        }
    }

    [Theory]
    [InlineData("diff_output_preservation = true", "")]
    [InlineData("diff_output_preservation = \"yes\"", "neither true nor false")]
    [InlineData("diff_output_preservaton = true", "'diff_output_preservation'")]
    [InlineData("style = 3", "which nothing reads")]
    public void Custom_attributes_that_mean_nothing_are_told(string attribute, string expected)
    {
        var problems = Read($"[[datasets]]\n[[datasets.subsets]]\nimage_dir = \"a\"\n[datasets.subsets.custom_attributes]\n{attribute}\n").Validate().Where(p => p.Setting == "Datasets").ToList();
        Assert.Equal(expected.Length == 0 ? 0 : 1, problems.Count);
        Assert.All(problems, p => Assert.Contains(expected, p.Message + p.Remedy, StringComparison.Ordinal));
    }

    [Fact]
    public void Json_has_the_same_form() =>
        Assert.Equal(5, ConfigReader.Read("{\"datasets\":[{\"subsets\":[{\"image_dir\":\"a\",\"num_repeats\":5}]}]}", "d.json", "/data").Single().Datasets![0].Subsets[0].NumRepeats);

    [Fact]
    public void A_configuration_takes_in_the_file_that_it_names()
    {
        var folder = Directory.CreateTempSubdirectory("kohyaps").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "d.toml"), "[general]\nresolution = 768\n[[datasets]]\n[[datasets.subsets]]\nimage_dir = \"a\"\n");
            var config = ConfigFiles.WithDatasets(new LoraConfig { BaseFolder = folder }.With("DatasetConfig", "d.toml").With("NetworkDim", 4));
            Assert.Equal((4, new Resolution(768), null), (config.Network.NetworkDim, config.Buckets.Resolution, config.Folders.DatasetConfig));
            Assert.Single(config.Datasets!);
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }
}
