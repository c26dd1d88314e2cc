using KohyaPS.Engine.Configuration;

namespace KohyaPS.Engine.Tests.Configuration;

public sealed class TrainerTomlWriterTests
{
    private static LoraConfig Read(string text) => ConfigReader.Read(text, "c.toml", "/data").Single();

    [Fact]
    public void Our_defaults_mean_the_same_to_the_trainer()
    {
        var text = TrainerTomlWriter.Write(new LoraConfig { BaseFolder = "/data" }, "/data", null).Split("\n[kohyaps.settings]")[0];
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
