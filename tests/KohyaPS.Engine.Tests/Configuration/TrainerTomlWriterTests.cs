using KohyaPS.Engine.Configuration;

namespace KohyaPS.Engine.Tests.Configuration;

public sealed class TrainerTomlWriterTests
{
    /// <summary>What the trainer does not know, or cannot hold together with the others.</summary>
    private static readonly string[] Lost = ["Sdxl", "TokenizerPath", "BaseStorage", "MemoryLimit", "Compatibility", "NumCpuThreadsPerProcess", "Epoch", "OptimizerType", "MixedPrecision", "CacheFormat", "CacheDir"];

    private static LoraConfig Read(string text) => ConfigReader.Read(text, "c.toml", "/data").Single();

    [Fact]
    public void Every_setting_that_the_trainer_knows_survives()
    {
        var config = SettingCatalogue.All.Aggregate(new LoraConfig { BaseFolder = "/data" }, (current, setting) => setting.Write(current, YamlConfigTests.Unlike(setting)))
            .With("NetworkModule", "lycoris.kohya").With("LrSchedulerArgs", new[] { "a='x y'", "b=1" });
        config = SettingCatalogue.All.Where(setting => setting.IsPath && setting.ValueType == typeof(string)).Aggregate(config, (current, setting) => setting.Write(current, $"/data/{setting.Key} \"ü\""));
        config = config.With("BaseWeights", new[] { "/data/a b.safetensors", "C:\\x" });
        var read = Read(TrainerTomlWriter.Write(config, "/data", null));
        Assert.All(SettingCatalogue.All.Where(setting => !Lost.Contains(setting.Name)), setting =>
            Assert.True(SettingText.Same(setting.Read(config), setting.Read(read)), $"{setting.Name}: {SettingText.Format(setting.Read(config))} became {SettingText.Format(setting.Read(read))}"));
    }

    [Fact]
    public void Our_defaults_mean_the_same_to_the_trainer()
    {
        var text = TrainerTomlWriter.Write(new LoraConfig { BaseFolder = "/data" }, "/data", null);
        var differences = new LoraConfig().DifferencesTo(Read(text)).Select(difference => difference.Setting);
        // A warm-up that was implied is written out; auto is unknown to the trainer; the one epoch is its length.
        Assert.Equal(["LrWarmupSteps", "MaxTrainEpochs", "MixedPrecision"], differences.Order());
    }

    [Fact]
    public void Datasets_are_written_beside_it()
    {
        var folder = Directory.CreateTempSubdirectory("kohyaps").FullName;
        try
        {
            var config = new LoraConfig
            {
                BaseFolder = "/data",
                Datasets =
                [
                    new()
                    {
                        Overrides = new Dictionary<string, object?> { ["TrainBatchSize"] = 4, ["Resolution"] = new Resolution(640, 512) },
                        Subsets = [new() { ImageDir = "img", NumRepeats = 3, ClassTokens = "a \"b\"", Overrides = new Dictionary<string, object?> { ["CaptionDropoutRate"] = 0.5 } }],
                    },
                ],
            };
            var files = ConfigFiles.WriteTrainerToml(config, Path.Combine(folder, "c.toml"));
            Assert.Equal(["c.toml", "c_dataset.toml"], files.Select(Path.GetFileName));
            var read = ConfigFiles.WithDatasets(ConfigFiles.Read(files[0]));
            var dataset = Assert.Single(read.Datasets!);
            var effective = read.For(dataset, dataset.Subsets[0]);
            Assert.Equal((4, new Resolution(640, 512), 0.5), (effective.Training.TrainBatchSize, effective.Buckets.Resolution, effective.Captions.CaptionDropoutRate));
            Assert.Equal(("/data/img", 3, "a \"b\""), (dataset.Subsets[0].ImageDir, dataset.Subsets[0].NumRepeats, dataset.Subsets[0].ClassTokens));
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }
}
