using System.Text.Json;
using KohyaPS.Engine.Configuration;

namespace KohyaPS.Engine.Tests.Configuration;

public sealed class GuiJsonTests
{
    private static LoraConfig Read(string fields) =>
        ConfigReader.Read("{ \"LoRA_type\": \"Standard\"" + (fields.Length > 0 ? ", " + fields : "") + " }", "gui.json", "/data").Single();

    [Fact]
    public void A_text_where_a_number_is_meant_is_told()
    {
        var config = ConfigReader.Read("""{"LoRA_type": "Standard", "learning_rate": "NaN", "epoch": "two"}""", "k.json", "/data").Single();
        Assert.All(new[] { "learning_rate", "epoch" }, key => Assert.Contains(config.Origin!.Notes, n => n.Source == key && n.Message.Contains("no number", StringComparison.Ordinal)));
    }

    [Fact]
    public void Missing_fields_have_the_defaults_of_the_gui()
    {
        var config = Read("\"optimizer\": \"AdamW8bit\", \"learning_rate\": 0.0001, \"unet_lr\": 0.0001, \"text_encoder_lr\": \"5e-5\", \"lr_warmup\": 10");
        Assert.Equal(
            ["PretrainedModelNameOrPath", "LrWarmupSteps", "MixedPrecision", "NumCpuThreadsPerProcess"],
            config.Changed().Select(setting => setting.Name));
        Assert.Equal(StepsOrShare.Share(0.1), config.Schedule.LrWarmupSteps);
        Assert.Equal(MixedPrecision.Fp16, config.Runtime.MixedPrecision);
    }

    [Theory]
    [InlineData("\"\"", null)]
    [InlineData("null", null)]
    [InlineData("\"10\"", 0.1)]
    [InlineData("10", 0.1)]
    [InlineData("10.0", 0.1)]
    [InlineData("0.1", 0.001)]
    public void Warm_up_is_a_percentage_in_any_type(string value, double? share) =>
        Assert.Equal(share is { } part ? StepsOrShare.Share(part) : StepsOrShare.Steps(0), Read($"\"lr_warmup\": {value}").Schedule.LrWarmupSteps);

    [Theory]
    [InlineData("\"1.0\"", 1)]
    [InlineData("4.0", 4)]
    [InlineData("\"2\"", 2)]
    [InlineData("\"\"", 1)]
    public void Whole_numbers_come_as_text_and_as_fractions(string value, int expected) =>
        Assert.Equal(expected, Read($"\"gradient_accumulation_steps\": {value}").Training.GradientAccumulationSteps);

    [Fact]
    public void A_rate_of_zero_means_that_a_part_is_not_trained()
    {
        var config = Read("\"learning_rate\": 0.001, \"unet_lr\": 0.001, \"text_encoder_lr\": 0");
        Assert.Equal((true, false, null), (config.Network.NetworkTrainUnetOnly, config.Network.NetworkTrainTextEncoderOnly, config.Optimizer.TextEncoderLr));
        config = Read("\"learning_rate\": 0.001, \"unet_lr\": \"0\", \"text_encoder_lr\": 0.001");
        Assert.Equal((false, true), (config.Network.NetworkTrainUnetOnly, config.Network.NetworkTrainTextEncoderOnly));
    }

    [Fact]
    public void A_missing_rate_is_not_zero_and_the_report_says_so()
    {
        var config = Read("\"learning_rate\": 0.001, \"unet_lr\": 0.001");
        Assert.Equal((false, null), (config.Network.NetworkTrainUnetOnly, config.Optimizer.TextEncoderLr));
        Assert.Contains(config.Origin!.Notes, note => note is { Source: "text_encoder_lr", Outcome: ImportOutcome.Changed });
    }

    [Theory]
    [InlineData("Standard", NetworkModule.Lora, null)]
    [InlineData("Kohya LoCon", NetworkModule.Lora, 8)]
    [InlineData("LoRA-FA", NetworkModule.LoraFa, 8)]
    [InlineData("Kohya DyLoRA", NetworkModule.Dylora, 8)]
    [InlineData("LyCORIS/LoHa", NetworkModule.Lycoris, 8)]
    public void Types_choose_the_network(string type, NetworkModule module, int? convDim)
    {
        var config = Read($"\"LoRA_type\": \"{type}\", \"network_dim\": 8, \"conv_dim\": 8, \"conv_alpha\": 4");
        Assert.Equal((module, convDim), (config.Network.NetworkModule, config.Network.ConvDim));
    }

    [Fact]
    public void The_kind_of_noise_offset_chooses_its_pair()
    {
        const string Fields = "\"noise_offset\": 0.05, \"adaptive_noise_scale\": 0.01, \"multires_noise_iterations\": 6, \"multires_noise_discount\": 0";
        var original = Read(Fields + ", \"noise_offset_type\": \"Original\"").Noise;
        Assert.Equal((0.05, 0.01, null), (original.NoiseOffset, original.AdaptiveNoiseScale, original.MultiresNoiseIterations));
        var multires = Read(Fields + ", \"noise_offset_type\": \"Multires\"").Noise;
        Assert.Equal((null, 6, 0.3), (multires.NoiseOffset, multires.MultiresNoiseIterations, multires.MultiresNoiseDiscount));
    }

    [Fact]
    public void A_seed_of_zero_is_kept() => Assert.Equal(0, Read("\"seed\": 0").Training.Seed);

    [Theory]
    [InlineData("true", CrossAttention.Xformers)]
    [InlineData("false", CrossAttention.None)]
    [InlineData("\"sdpa\"", CrossAttention.Sdpa)]
    public void Attention_was_a_flag_once(string value, CrossAttention expected) => Assert.Equal(expected, Read($"\"xformers\": {value}").Runtime.CrossAttention);

    [Fact]
    public void Additional_parameters_win()
    {
        var config = Read("\"min_snr_gamma\": 5, \"additional_parameters\": \"--min_snr_gamma=3 --log_prefix 'a b' --max_grad_norm=0\"");
        Assert.Equal((3.0, "a b", 0.0), (config.Objective.MinSnrGamma, config.Logging.LogPrefix, config.Optimizer.MaxGradNorm));
    }

    [Fact]
    public void Arguments_of_the_schedule_are_passed_as_meant()
    {
        var config = Read("\"lr_scheduler\": \"polynomial\", \"lr_scheduler_args\": \"lr_end=5e-5\", \"optimizer_args\": \"betas=0.9,0.99 weight_decay=0.1\"");
        Assert.Equal(["lr_end=5e-5"], config.Schedule.LrSchedulerArgs!);
        Assert.Equal(["betas=0.9,0.99", "weight_decay=0.1"], config.Optimizer.OptimizerArgs!);
    }

    [Fact]
    public void A_warm_up_that_the_gui_did_not_pass_is_left_out()
    {
        var config = Read("\"lr_scheduler\": \"constant\", \"lr_warmup\": 10");
        Assert.Equal(StepsOrShare.Steps(0), config.Schedule.LrWarmupSteps);
        Assert.DoesNotContain(config.Validate(), problem => problem.Setting == "LrWarmupSteps");
    }

    [Fact]
    public void Every_field_of_the_gui_is_known()
    {
        foreach (var key in SettingCatalogue.All.Select(setting => setting.GuiKey).OfType<string>())
        {
            var config = Read($"{JsonSerializer.Serialize(key)}: \"\"");
            Assert.DoesNotContain(config.Origin!.Notes, note => note.Source == key && note.Outcome == ImportOutcome.Unknown);
        }
    }

    [Theory]
    [InlineData("{ \"training_method\": \"LORA\" }", "OneTrainer")]
    [InlineData("{ \"LoRA_type\": \"Flux1\", \"flux1_checkbox\": true }", "FLUX.1")]
    [InlineData("{ \"network_dim\": 4, \"seed\": 1 }", "TOML")]
    [InlineData("{ \"a\": ", "not JSON")]
    public void Other_files_are_named(string text, string expected) =>
        Assert.Contains(expected, Assert.Throws<ConfigFormatException>(() => ConfigReader.Read(text, "x.json", "/data")).Message, StringComparison.Ordinal);
}
