namespace KohyaPS.Core.Tests.Configuration;

public sealed class ConfigRulesTests
{
    private static LoraConfig Config(string settings) => settings.Split(" | ", StringSplitOptions.RemoveEmptyEntries)
        .Select(setting => setting.Split('=', 2))
        .Aggregate(new LoraConfig(), (config, setting) => config.With(setting[0], setting[1]));

    private static List<string> Found(LoraConfig config) => [.. config.Validate().Select(problem => problem.Setting + (problem.IsWarning ? "?" : "!"))];

    [Fact]
    public void The_defaults_are_valid() => Assert.Empty(new LoraConfig().Validate());

    [Theory]
    [InlineData("v_parameterization=true", "VParameterization?")]
    [InlineData("v2=true | clip_skip=2", "ClipSkip?")]
    [InlineData("cache_latents=false | cache_latents_to_disk=true", "CacheLatentsToDisk?")]
    [InlineData("adaptive_noise_scale=0.005", "AdaptiveNoiseScale!")]
    [InlineData("scale_v_pred_loss_like_noise_pred=true", "ScaleVPredLossLikeNoisePred!")]
    [InlineData("v2=true | v_parameterization=true | v_pred_like_loss=0.1", "VPredLikeLoss!")]
    [InlineData("zero_terminal_snr=true", "ZeroTerminalSnr?")]
    [InlineData("color_aug=true", "CacheLatents!")]
    [InlineData("random_crop=true", "CacheLatents!")]
    [InlineData("random_crop=true | cache_latents=false", "")]
    [InlineData("sdxl=true | v2=true", "V2!")]
    [InlineData("sdxl=true | clip_skip=2", "ClipSkip?")]
    [InlineData("cache_text_encoder_outputs_to_disk=true | network_train_unet_only=true", "CacheTextEncoderOutputsToDisk?")]
    [InlineData("cache_text_encoder_outputs=true", "CacheTextEncoderOutputs!")]
    [InlineData("cache_text_encoder_outputs=true | network_train_unet_only=true", "")]
    [InlineData("cache_text_encoder_outputs=true | network_train_unet_only=true | shuffle_caption=true", "CacheTextEncoderOutputs!")]
    [InlineData("cache_text_encoder_outputs=true | network_train_unet_only=true | caption_dropout_every_n_epochs=2", "CacheTextEncoderOutputs!")]
    [InlineData("cache_text_encoder_outputs=true | network_train_unet_only=true | token_warmup_step=0.1", "CacheTextEncoderOutputs!")]
    [InlineData("sdxl=true | bucket_reso_steps=48", "BucketResoSteps! MinBucketReso? MaxBucketReso?")]
    [InlineData("bucket_reso_steps=32", "BucketResoSteps!")]
    [InlineData("bucket_reso_steps=32 | enable_bucket=false", "")]
    [InlineData("resolution=128", "MinBucketReso!")]
    [InlineData("resolution=4096", "MaxBucketReso!")]
    [InlineData("bucket_no_upscale=false | min_bucket_reso=300", "MinBucketReso?")]
    [InlineData("bucket_no_upscale=false | max_bucket_reso=1000", "MaxBucketReso?")]
    [InlineData("min_bucket_reso=320", "MinBucketReso?")]
    [InlineData("enable_bucket=false | max_bucket_reso=1024", "MinBucketReso?")]
    [InlineData("bucket_no_upscale=false | min_bucket_reso=32", "MinBucketReso! MinBucketReso?")]
    [InlineData("full_fp16=true", "FullFp16!")]
    [InlineData("full_bf16=true | mixed_precision=fp16", "FullBf16!")]
    [InlineData("full_bf16=true | mixed_precision=bf16", "")]
    [InlineData("network_module=networks.dylora | conv_dim=4", "ConvDim!")]
    [InlineData("network_module=networks.dylora | unit=3", "Unit!")]
    [InlineData("network_module=networks.dylora | unit=4 | scale_weight_norms=1", "ScaleWeightNorms?")]
    [InlineData("sample_every_n_epochs=-1", "SampleEveryNEpochs?")]
    [InlineData("v2=true | v_parameterization=true | min_snr_gamma=5 | scale_v_pred_loss_like_noise_pred=true", "ScaleVPredLossLikeNoisePred?")]
    [InlineData("network_module=networks.dylora | network_dropout=0.1", "NetworkDropout?")]
    [InlineData("network_module=networks.dylora | down_lr_weight=sine", "BlockDims?")]
    [InlineData("network_module=networks.dylora | unit=4 | loraplus_lr_ratio=4", "")]
    [InlineData("network_module=networks.lora_fa | loraplus_lr_ratio=4", "LoraplusLrRatio?")]
    [InlineData("network_module=networks.oft | network_alpha=0.001 | rank_dropout=0.1 | conv_dim=4", "RankDropout? ConvDim?")]
    [InlineData("network_module=networks.oft | network_alpha=0", "NetworkAlpha!")]
    [InlineData("network_module=networks.oft", "NetworkAlpha?")]
    [InlineData("dim_from_weights=true | network_weights=a.safetensors | network_dropout=0.1 | conv_dim=4", "NetworkDropout? ConvDim?")]
    [InlineData("enable_conv=true", "EnableConv?")]
    [InlineData("unit=4", "Unit?")]
    [InlineData("skip_until_initial_step=true", "SkipUntilInitialStep?")]
    [InlineData("initial_step=4 | skip_until_initial_step=true", "")]
    [InlineData("lr_scheduler=constant | lr_warmup_steps=10", "LrWarmupSteps!")]
    [InlineData("lr_scheduler=constant", "")]
    [InlineData("lr_scheduler=adafactor", "LrScheduler!")]
    [InlineData("optimizer_type=adafactor | lr_scheduler=adafactor", "")]
    [InlineData("optimizer_type=adafactor | lr_warmup_steps=10", "LrScheduler? LrWarmupSteps?")]
    [InlineData("optimizer_type=adafactor | optimizer_args=relative_step=False | lr_scheduler=adafactor", "LrScheduler!")]
    [InlineData("log_with=tensorboard", "LogWith!")]
    [InlineData("initial_step=10 | max_train_steps=10", "InitialStep!")]
    [InlineData("persistent_data_loader_workers=true", "PersistentDataLoaderWorkers?")]
    [InlineData("block_dims=1,2,3", "BlockDims!")]
    [InlineData("conv_block_dims=1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1", "ConvBlockDims?")]
    [InlineData("down_lr_weight=0.5", "DownLrWeight!")]
    [InlineData("down_lr_weight=sine+0.25 | up_lr_weight=1,0,,0.5 | mid_lr_weight=0.5", "")]
    [InlineData("block_lr_zero_threshold=0.1", "BlockLrZeroThreshold?")]
    [InlineData("optimizer_type=prodigy", "UnetLr! LearningRate? LrWarmupSteps?")]
    [InlineData("optimizer_type=prodigy | unet_lr=1 | text_encoder_lr=0 | learning_rate=1 | lr_warmup_steps=0", "")]
    [InlineData("optimizer_type=prodigy | unet_lr=1 | text_encoder_lr=1 | learning_rate=1 | lr_warmup_steps=50", "LrWarmupSteps?")]
    [InlineData("optimizer_type=prodigy | unet_lr=1 | text_encoder_lr=1 | learning_rate=1 | lr_warmup_steps=50 | optimizer_args=safeguard_warmup=True", "")]
    [InlineData("optimizer_type=prodigy | unet_lr=1 | text_encoder_lr=1 | learning_rate=1 | lr_warmup_steps=50 | optimizer_args=safeguard_warmup=False", "LrWarmupSteps?")]
    [InlineData("optimizer_type=prodigy | unet_lr=1 | text_encoder_lr=1 | learning_rate=1 | lr_scheduler=constant | loraplus_lr_ratio=16", "LoraplusLrRatio!")]
    [InlineData("optimizer_type=dadaptsgd | unet_lr=1 | text_encoder_lr=1 | learning_rate=1 | lr_scheduler=constant | mid_lr_weight=0.5", "MidLrWeight!")]
    [InlineData("optimizer_type=dadaptadan | unet_lr=1 | text_encoder_lr=0.5 | lr_warmup_steps=0", "UnetLr?")]
    [InlineData("lr_scheduler_type=CyclicLR | lr_scheduler_args=base_lr=1e-5;max_lr=1e-4 | optimizer_type=adafactor | optimizer_args=relative_step=False", "LrSchedulerArgs!")]
    [InlineData("lr_scheduler_type=CyclicLR | lr_scheduler_args=base_lr=1e-5;max_lr=1e-4;cycle_momentum=False | optimizer_type=adafactor | optimizer_args=relative_step=False", "")]
    [InlineData("min_timestep=500 | max_timestep=500", "MinTimestep!")]
    [InlineData("min_timestep=1000", "MinTimestep!")]
    [InlineData("save_last_n_steps=10", "SaveLastNSteps?")]
    [InlineData("save_last_n_steps_state=10 | save_every_n_steps=5", "SaveLastNStepsState?")]
    [InlineData("save_every_n_steps=0 | max_train_steps=0 | sample_every_n_steps=0", "")]
    [InlineData("scale_weight_norms=11", "ScaleWeightNorms!")]
    [InlineData("network_dropout=1 | module_dropout=1 | rank_dropout=0.99", "")]
    [InlineData("rank_dropout=1", "RankDropout!")]
    [InlineData("network_dropout=-0.1", "NetworkDropout!")]
    [InlineData("max_timestep=1001", "MaxTimestep!")]
    [InlineData("max_train_steps=10 | max_train_epochs=2", "")]
    [InlineData("network_train_unet_only=true | network_train_text_encoder_only=true", "NetworkTrainUnetOnly! LearningRate!")]
    [InlineData("unet_lr=0 | text_encoder_lr=0", "LearningRate!")]
    [InlineData("dim_from_weights=true", "DimFromWeights!")]
    [InlineData("base_weights_multiplier=1,1 | base_weights=a.safetensors", "BaseWeightsMultiplier!")]
    [InlineData("masked_loss=true", "MaskedLoss!")]
    [InlineData("masked_loss=true | alpha_mask=true", "")]
    [InlineData("dataset_config=a.toml | train_data_dir=b", "TrainDataDir?")]
    [InlineData("output_name=a/b", "OutputName!")]
    [InlineData("lr_scheduler=cosine_with_min_lr", "LrSchedulerMinLrRatio!")]
    [InlineData("lr_scheduler=piecewise_constant", "LrSchedulerArgs!")]
    [InlineData("lr_scheduler=piecewise_constant | lr_scheduler_args=step_rules='0.5'", "")]
    [InlineData("lr_scheduler=piecewise_constant | lr_scheduler_args=step_rules='0.5' | lr_warmup_steps=5", "LrWarmupSteps?")]
    [InlineData("lr_scheduler=piecewise_constant | lr_scheduler_args=step_rules='half'", "LrSchedulerArgs!")]
    [InlineData("lr_scheduler=constant | lr_warmup_steps=0.01 | max_train_steps=50", "")]
    [InlineData("lr_scheduler=polynomial | lr_scheduler_args=lr_end=1e-3", "LrSchedulerArgs!")]
    [InlineData("lr_scheduler=polynomial | lr_scheduler_args=lr_ent=1e-6", "LrSchedulerArgs!")]
    [InlineData("lr_scheduler=polynomial | lr_scheduler_args=power=2", "LrSchedulerArgs!")]
    [InlineData("lr_scheduler=polynomial | lr_scheduler_args=lr_end=true", "LrSchedulerArgs!")]
    [InlineData("lr_scheduler=cosine_with_min_lr | lr_scheduler_min_lr_ratio=0.1 | lr_scheduler_args=min_lr=1e-6", "LrSchedulerMinLrRatio!")]
    [InlineData("lr_scheduler=warmup_stable_decay | lr_scheduler_args=decay_type='exp'", "LrSchedulerArgs!")]
    [InlineData("lr_scheduler_type=StepLR | lr_scheduler_args=step_size=10", "")]
    [InlineData("lr_scheduler_type=StepLR", "LrSchedulerArgs!")]
    [InlineData("lr_scheduler_type=StepLR | lr_scheduler_args=step_size=10 | lr_warmup_steps=5", "LrWarmupSteps!")]
    [InlineData("lr_scheduler_type=SteppLR", "LrSchedulerType!")]
    [InlineData("lr_scheduler_type=ReduceLROnPlateau", "LrSchedulerType!")]
    [InlineData("lr_scheduler_type=OneCycleLR | lr_scheduler_args=max_lr=1e-3", "LrSchedulerArgs!")]
    [InlineData("optimizer_type=AdamWScheduleFree", "LrScheduler?")]
    [InlineData("optimizer_type=AdamWScheduleFree | lr_scheduler=constant", "")]
    [InlineData("optimizer_type=SGDScheduleFree | lr_scheduler=constant | lr_warmup_steps=100", "LrWarmupSteps?")]
    [InlineData("conv_alpha=4", "ConvAlpha?")]
    [InlineData("face_crop_aug_range=2,1", "FaceCropAugRange!")]
    [InlineData("network_dim=0 | rank_dropout=2 | lr_scheduler=constant | lr_warmup_steps=5", "NetworkDim! RankDropout! LrWarmupSteps!")]
    public void Each_rule_finds_what_breaks_it(string settings, string expected)
    {
        var config = Config(settings);
        // What only a later version does is refused apart from these rules, and has a test of its own.
        var found = config.Validate().Where(problem => !problem.Message.Contains("arrive with a later version", StringComparison.Ordinal))
            .Select(problem => problem.Setting + (problem.IsWarning ? "?" : "!"));
        Assert.Equal(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries).Order(), found.Order());
    }

    [Theory]
    [InlineData("lr_scheduler=polynomial | lr_scheduler_args=lr_ent=1e-6", "Did you mean lr_end?")]
    [InlineData("lr_scheduler=polynomial | lr_scheduler_args=power=2", "Set LrSchedulerPower instead.")]
    [InlineData("lr_scheduler_type=SteppLR", "Did you mean StepLR?")]
    [InlineData("lr_scheduler_type=cosine", "Set LrScheduler to cosine and leave LrSchedulerType out.")]
    public void A_mistake_in_a_schedule_comes_with_its_cure(string settings, string remedy) =>
        Assert.Equal(remedy, Assert.Single(Config(settings).Validate(), problem => !problem.IsWarning).Remedy);

    [Fact]
    public void The_way_to_own_rates_with_Adafactor_leaves_out_what_turns_relative_step_on_again() =>
        Assert.Equal("Set LrScheduler to adafactor; or add relative_step=False to OptimizerArgs, without warmup_init, to use your own.",
            Assert.Single(Config("optimizer_type=adafactor | optimizer_args=warmup_init=True | lr_scheduler=cosine").Validate()).Remedy);

    [Theory]
    [InlineData("network_module=lycoris.kohya", "NetworkModule")]
    [InlineData("sample_every_n_epochs=1", "SampleEveryNEpochs")]
    [InlineData("validation_split=0.1", "ValidationSplit")]
    public void What_a_later_version_does_is_refused_with_that_sentence(string settings, string setting)
    {
        var problem = Assert.Single(Config(settings).Validate(), problem => !problem.IsWarning);
        Assert.Equal((setting, false), (problem.Setting, problem.IsWarning));
        Assert.Contains("arrive with a later version", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rules_hold_for_every_subset()
    {
        var config = new LoraConfig
        {
            Datasets =
            [
                new()
                {
                    Overrides = new Dictionary<string, object?> { ["Resolution"] = new Resolution(128) },
                    Subsets =
                    [
                        new() { ImageDir = "a" },
                        new() { ImageDir = "b", NumRepeats = 0, Overrides = new Dictionary<string, object?> { ["ColorAug"] = true } },
                    ],
                },
            ],
        };
        Assert.Equal(["CacheLatents!", "Datasets?", "MinBucketReso!"], Found(config).Order());
    }

    [Fact]
    public void Paths_that_are_set_must_exist()
    {
        var config = new LoraConfig { BaseFolder = Path.GetTempPath() }.With("train_data_dir", "nowhere-at-all").With("base_weights", "x.safetensors;y.safetensors").With("output_dir", "made-later");
        Assert.Equal(["TrainDataDir", "BaseWeights", "BaseWeights"], config.ValidatePaths().Select(problem => problem.Setting));
    }

    [Theory]
    [InlineData("C:dog", "depends on the folder that drive C: happens to be in")]
    [InlineData(@"C:\out\nul.txt", "is the name of a device")]
    [InlineData(@"C:\out \dog", "which Windows drops")]
    [InlineData(@"C:\out\dog.", "which Windows drops")]
    [InlineData("C:/out/dog", null)]
    [InlineData(@"\\server\share\dog", null)]
    public void Paths_are_held_to_the_rules_of_windows_there(string path, string? why)
    {
        var found = ConfigPathRules.Check(new LoraConfig().With("output_dir", path), isWindows: true).Select(problem => problem.Message).ToList();
        if (why is null)
            Assert.Empty(found);
        else
            Assert.Contains(why, Assert.Single(found), StringComparison.Ordinal);
    }
}
