using KohyaPS.Engine.Networks.Tools;
using KohyaPS.Engine.Training;
using KohyaPS.Safetensors;
using KohyaPS.Training;

namespace KohyaPS.Engine.Tests.Training;

/// <summary>Whole trainings of small SD2 and SDXL models, as a user starts them.</summary>
public sealed class FamilyTrainingTests : IDisposable
{
    private readonly SmallTraining training = new();

    [Theory]
    [InlineData("sd2-mini", "lora_te_text_model_encoder_layers_22_mlp_fc2", "lora_unet_down_blocks_0_attentions_0_proj_in", "sd_v2_v", "stable-diffusion-v2-768-v/lora")]
    [InlineData("sdxl-mini", "lora_te2_text_model_encoder_layers_0_mlp_fc1", "lora_unet_input_blocks_4_1_proj_in", "sdxl_base_v1-0", "stable-diffusion-xl-v1-base/lora")]
    public void A_model_is_trained_as_what_its_files_show(string model, string textLayer, string unetLayer, string version, string architecture)
    {
        var outcome = Train(model);
        Assert.All(outcome.Losses, loss => Assert.InRange(loss, 0.01, 100));
        Assert.Contains($"{textLayer}.lora_up.weight", outcome.Network.Keys);
        Assert.Contains($"{unetLayer}.lora_up.weight", outcome.Network.Keys);
        using var file = SafetensorsFile.Open(outcome.Result.NetworkPath!);
        Assert.Equal(version, file.Metadata["ss_base_model_version"]);
        Assert.Equal(architecture, file.Metadata["modelspec.architecture"]);
        // SDXL reads the last but one layer of its first text encoder; nothing reaches the last.
        Assert.All(file.Entries.Where(e => e.Name.EndsWith("lora_up.weight", StringComparison.Ordinal) && !e.Name.Contains("te1_text_model_encoder_layers_11_", StringComparison.Ordinal)), e => Assert.Contains(file.ReadFloats(e.Name), value => value != 0));
    }

    [Theory]
    [InlineData("sd2-mini", false)]
    [InlineData("sdxl-mini", false)]
    [InlineData("sdxl-mini", true)]
    public void A_resumed_training_gives_the_bits_of_one_that_was_never_interrupted(string model, bool unetOnly)
    {
        var whole = Train(model, ("network_train_unet_only", unetOnly), ("save_state", true), ("save_every_n_steps", 2));
        var state = Directory.GetDirectories(whole.Result.OutputFolder!, "*step00000002-state").Single();
        var config = Config(model, ("network_train_unet_only", unetOnly));
        var resumed = LoraTrainer.Run(new(config) { ResumeFrom = state }, _ => { }, CancellationToken.None, CancellationToken.None);
        Assert.True(resumed.Succeeded, resumed.Message);
        Assert.True(new SmallTraining.Outcome([], resumed, SmallTraining.Tensors(resumed.NetworkPath!)).HasSameNetwork(whole));
    }

    [Theory]
    [InlineData("sd2-mini")]
    [InlineData("sdxl-mini")]
    public void Captions_and_pictures_are_encoded_once_and_give_what_encoding_every_time_gives(string model)
    {
        var phases = new List<string>();
        var result = SmallTraining.Run(Config(model, ("network_train_unet_only", true)), e => phases.Add((e as PreparationProgress)?.Phase ?? ""));
        Assert.True(result.Succeeded, result.Message);
        // What encodes has left when the U-Net comes.
        Assert.True(phases.LastIndexOf("encoding captions") > phases.IndexOf("encoding captions") && phases.IndexOf("loading the U-Net") > phases.LastIndexOf("encoding captions"));
        // A dropout that never happens keeps the encoders: captions may change.
        var every = Train(model, ("network_train_unet_only", true), ("cache_latents", false), ("caption_dropout_every_n_epochs", 50));
        Assert.True(every.HasSameNetwork(new([], result, SmallTraining.Tensors(result.NetworkPath!))));
    }

    [Theory]
    [InlineData("sdxl-mini", "v2", "SD 2.x", "SDXL")]
    [InlineData("sd2-mini", "sdxl", "SDXL", "SD 2.x")]
    public void A_wrong_choice_is_refused_with_what_was_found(string model, string setting, string asked, string found)
    {
        // The right one beside it makes it no better.
        var result = SmallTraining.Run(Config(model, ("v2", true), ("sdxl", true)));
        Assert.Contains($"{(setting == "v2" ? "V2" : "Sdxl")} asks for", result.Message, StringComparison.Ordinal);
        result = SmallTraining.Run(Config(model, (setting, true)));
        Assert.Equal(TrainingExitCode.Invalid, result.ExitCode);
        Assert.Contains($"asks for {asked}", result.Message, StringComparison.Ordinal);
        Assert.Contains($"is an {found} checkpoint", result.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vae", "nowhere.safetensors")]
    [InlineData("tokenizer_path", "nowhere")]
    public void A_file_that_is_not_there_is_found_by_the_plan(string setting, string path) =>
        Assert.Contains(LoraTrainer.Plan(new(Config("sdxl-mini", (setting, path)))).Problems, p => !p.IsWarning && p.Message.Contains(path, StringComparison.Ordinal));

    [Fact]
    public void A_model_of_another_prediction_is_refused()
    {
        FamilyModels.CopyTo(training.At("model"), "sdxl-mini", "unet", "vae", "text_encoder", "text_encoder_2");
        training.Text("model/scheduler/scheduler_config.json", """{"prediction_type": "sample"}""");
        Assert.Contains(LoraTrainer.Plan(new(Config("sdxl-mini", ("pretrained_model_name_or_path", training.At("model"))))).Problems, p => !p.IsWarning && p.Message.Contains("neither noise", StringComparison.Ordinal));
    }

    [Fact]
    public void A_model_without_a_VAE_and_a_file_that_is_none_are_named_before_anything_is_loaded()
    {
        var model = FamilyModels.SingleSdxl(training);
        var lora = training.At("lora.safetensors");
        new SafetensorsWriter([new("lora_unet_a_b.lora_up.weight", SafetensorsDtype.F16, [1, 1])]).Write(lora, (_, target) => target.Write([0, 0]));
        var plan = LoraTrainer.Plan(new(Config("sdxl-mini", ("pretrained_model_name_or_path", model), ("vae", lora))));
        Assert.Contains("no VAE", Assert.Single(plan.Problems, p => p.Setting == "Vae").Message, StringComparison.Ordinal);
        Assert.False(plan.CanStart);
        FamilyModels.CopyTo(training.At("folder"), "sdxl-mini", "unet", "text_encoder", "text_encoder_2");
        plan = LoraTrainer.Plan(new(Config("sdxl-mini", ("pretrained_model_name_or_path", training.At("folder")))));
        Assert.Contains("has no VAE", Assert.Single(plan.Problems, p => p.Setting == "Vae").Message, StringComparison.Ordinal);
        Assert.False(plan.CanStart);
    }

    [Fact]
    public void A_model_that_was_trained_down_to_pure_noise_is_said_to_be()
    {
        training.Text("model/scheduler/scheduler_config.json", """{"prediction_type": "v_prediction", "rescale_betas_zero_snr": true}""");
        FamilyModels.CopyTo(training.At("model"), "sd2-mini", "unet", "vae", "text_encoder");
        IEnumerable<ConfigProblem> Said(bool isSet) => LoraTrainer.Plan(new(Config("sd2-mini", ("pretrained_model_name_or_path", training.At("model")), ("zero_terminal_snr", isSet))))
            .Problems.Where(p => p.Setting == "ZeroTerminalSnr");
        Assert.True(Assert.Single(Said(isSet: false)).IsWarning);
        Assert.Empty(Said(isSet: true));
    }

    [Fact]
    public void What_a_model_is_found_to_predict_counts_for_the_settings_that_ask()
    {
        IEnumerable<ConfigProblem> Said(string setting, object value) => LoraTrainer.Plan(new(Config("sd2-mini", (setting, value)))).Problems
            .Where(p => p.Setting is "ScaleVPredLossLikeNoisePred" or "VPredLikeLoss" or "VParameterization");
        Assert.Empty(Said("scale_v_pred_loss_like_noise_pred", true));
        Assert.False(Assert.Single(Said("v_pred_like_loss", 0.5)).IsWarning);
    }

    [Fact]
    public void The_projection_of_a_single_file_is_read_the_right_way_round_unless_the_old_numbers_are_wanted()
    {
        var single = FamilyModels.SingleSdxl(training);
        var folder = Train("sdxl-mini", ("max_train_steps", 1));
        var file = Train("sdxl-mini", ("max_train_steps", 1), ("pretrained_model_name_or_path", single));
        Assert.Equal(folder.Losses, file.Losses);
        // The old numbers of a folder, whose projection never was turned, differ in the waves of the timesteps alone.
        var oldFolder = Train("sdxl-mini", ("max_train_steps", 1), ("compatibility", "kohya2188"));
        var oldFile = Train("sdxl-mini", ("max_train_steps", 1), ("pretrained_model_name_or_path", single), ("compatibility", "kohya2188"));
        Assert.NotEqual(folder.Losses, oldFolder.Losses);
        Assert.NotEqual(oldFolder.Losses, oldFile.Losses);
    }

    [Fact]
    public void A_model_stored_with_one_byte_a_number_learns_nearly_the_same()
    {
        var full = Train("sdxl-mini", ("mixed_precision", "no"));
        var packed = Train("sdxl-mini", ("mixed_precision", "no"), ("base_storage", "int8"));
        var again = Train("sdxl-mini", ("mixed_precision", "no"), ("base_storage", "int8"), ("gradient_checkpointing", true));
        Assert.NotEqual(full.Losses, packed.Losses);
        Assert.All(full.Losses.Zip(packed.Losses), pair => Assert.InRange(pair.Second / pair.First, 0.98, 1.02));
        Assert.All(packed.Losses.Zip(again.Losses), pair => Assert.InRange(pair.Second / pair.First, 1 - 1e-5, 1 + 1e-5));
    }

    [Fact]
    public void What_was_trained_can_be_merged_into_the_model()
    {
        var trained = Train("sdxl-mini", ("pretrained_model_name_or_path", FamilyModels.SingleSdxl(training)));
        var merged = CheckpointMerge.Run(new()
        {
            Checkpoint = training.At("sdxl.safetensors"),
            Networks = [new(trained.Result.NetworkPath!, 1)],
            Destination = training.At("merged.safetensors"),
        }, TestContext.Current.CancellationToken);
        Assert.Empty(Assert.Single(merged.MergedNetworks).SkippedModules);
        Assert.Equal(trained.Network.Keys.Count(name => name.EndsWith(".alpha", StringComparison.Ordinal)), merged.MergedNetworks[0].Modules);
    }

    public void Dispose() => training.Dispose();

    private LoraConfig Config(string model, params (string Setting, object? Value)[] settings) => training.Config(
    [
        ("pretrained_model_name_or_path", FamilyModels.Folder(model)), ("tokenizer_path", FamilyModels.Tokenizers(training, model)),
        ("max_train_steps", 4), ("seed", 7), .. settings,
    ]);

    private SmallTraining.Outcome Train(string model, params (string Setting, object? Value)[] settings) => SmallTraining.Train(Config(model, settings));
}
