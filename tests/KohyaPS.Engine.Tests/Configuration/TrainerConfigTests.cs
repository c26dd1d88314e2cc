using KohyaPS.Engine.Configuration;
using KohyaPS.Engine.Configuration.Import;

namespace KohyaPS.Engine.Tests.Configuration;

public sealed class TrainerConfigTests
{
    private static LoraConfig Toml(string text) => ConfigReader.Read(text, "config.toml", "/data").Single();

    private static LoraConfig Command(string text) => ConfigFiles.ReadCommandLine(text, "/data");

    [Fact]
    public void Toml_starts_from_the_defaults_of_the_trainer()
    {
        var config = Toml("network_dim = 8\n");
        Assert.All(SettingCatalogue.All.Where(setting => setting.Name is not ("NetworkDim" or "CaptionExtension")),
            setting => Assert.True(SettingText.Same(setting.TrainerDefault, setting.Read(config)), setting.Name));
    }

    [Fact]
    public void Tables_only_group_and_later_ones_win()
    {
        var config = Toml("seed = 1\n[a]\nseed = 2\nnetwork_dim = 4\n[b]\nseed = 3\n[b.deep]\nseed = 4\n");
        Assert.Equal((3L, 4), (config.Training.Seed, config.Network.NetworkDim));
        Assert.Contains(config.Origin!.Notes, note => note is { Source: "deep", Outcome: ImportOutcome.Unknown });
    }

    [Theory]
    [InlineData("0.1", 0.1, true)]
    [InlineData("0.999", 0.999, true)]
    [InlineData("1", 1.0, false)]
    [InlineData("1.0", 1.0, false)]
    [InlineData("\"10%\"", 0.1, true)]
    [InlineData("100", 100.0, false)]
    public void A_warm_up_is_a_share_below_one_and_steps_from_one_on(string value, double expected, bool isShare)
    {
        var warmup = Toml($"lr_warmup_steps = {value}\n").Schedule.LrWarmupSteps!.Value;
        Assert.Equal((expected, isShare), (warmup.Value, warmup.IsShare));
    }

    [Theory]
    [InlineData("max_train_steps = 100", 100, null)]
    [InlineData("", 1600, null)]
    [InlineData("max_train_epochs = 3", null, 3)]
    [InlineData("max_train_epochs = 3\nmax_train_steps = 100", 100, 3)]
    [InlineData("max_train_epochs = 0", 1600, null)]
    public void Without_a_length_the_trainers_1600_steps_hold(string text, int? steps, int? epochs)
    {
        var training = Toml("network_dim = 4\n" + text).Training;
        Assert.Equal((steps, epochs), (training.MaxTrainSteps, training.MaxTrainEpochs));
    }

    [Fact]
    public void Network_arguments_become_settings()
    {
        var config = Toml("network_module = \"lycoris.kohya\"\nnetwork_args = [\"conv_dim=4\", \"algo=locon\", \"dropout=0.1\", \"use_cp=True\", \"loraplus_lr_ratio=16\", \"fctor=3\"]\n");
        Assert.Equal((4, LycorisAlgorithm.Lora, 0.1, true, 16.0), (config.Network.ConvDim, config.Lycoris.Algo, config.Network.NetworkDropout, config.Lycoris.UseTucker, config.Optimizer.LoraplusLrRatio));
        Assert.Contains(config.Origin!.Notes, note => note.Source == "network_args fctor" && note.Message.Contains("'factor'", StringComparison.Ordinal));
    }

    [Fact]
    public void Unknown_names_and_values_are_reported_with_the_nearest_name()
    {
        var notes = Toml("netwrok_dim = 4\nseed = \"abc\"\ndeepspeed = true\nmax_resolution = \"512,512\"\n").Origin!.Notes;
        Assert.Equal(ImportOutcome.Unknown, notes.Single(note => note.Source == "netwrok_dim").Outcome);
        Assert.Contains("'network_dim'", notes.Single(note => note.Source == "netwrok_dim").Message, StringComparison.Ordinal);
        Assert.All(["seed", "deepspeed", "max_resolution"], name => Assert.Equal(ImportOutcome.Ignored, notes.Single(note => note.Source == name).Outcome));
    }

    [Fact]
    public void Broken_toml_is_refused_with_its_line() =>
        Assert.Contains("line 2", Assert.Throws<ConfigFormatException>(() => Toml("a = 1\nb = \n")).Message, StringComparison.Ordinal);

    [Fact]
    public void Flags_are_read_as_argparse_reads_them()
    {
        var config = Command("python sdxl_train_network.py --max_train_epoch=50 --seed -3 --cache_latents --base_weights a.safetensors \"b c.safetensors\" --output_name 'x y'");
        Assert.Equal((50, true, "x y", true), (config.Training.MaxTrainEpochs, config.Caching.CacheLatents, config.Folders.OutputName, config.Model.Sdxl));
        Assert.Equal(-3, config.Training.Seed);
        Assert.Equal(["a.safetensors", "b c.safetensors"], config.Network.BaseWeights!);
    }

    [Theory]
    [InlineData("accelerate launch fine_tune.py --seed 1", "fine_tune.py")]
    [InlineData("accelerate launch flux_train_network.py --seed 1", "flux_train_network.py")]
    [InlineData("echo hello", "no command of sd-scripts")]
    [InlineData("python train_network.py --network_module=networks.lora_flux", "another model family")]
    public void Other_commands_are_refused(string text, string expected) =>
        Assert.Contains(expected, Assert.Throws<ConfigFormatException>(() => Command(text)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("--output_dir \"D:\\a\\\" --seed 5", "D:\\a\\", 5L)]
    [InlineData("--output_dir=D:\\a --seed 5; rm -rf /", "D:\\a", 5L)]
    [InlineData("--output_dir `\n 'a;b' ^\r\n --seed \\\n 5", "a;b", 5L)]
    public void Words_are_split_as_shells_do(string text, string folder, long seed)
    {
        var config = Command("train_network.py " + text);
        Assert.Equal((folder, seed), (config.Folders.OutputDir, config.Training.Seed));
    }
}
