using KohyaPS.Engine.Configuration.Import;

namespace KohyaPS.Engine.Tests.Configuration;

public sealed class NetworkMetadataTests
{
    [Fact]
    public void A_lora_file_says_how_it_was_trained()
    {
        var config = NetworkMetadataImporter.Read(
            new Dictionary<string, string>
            {
                ["ss_network_module"] = "networks.lora",
                ["ss_network_dim"] = "32",
                ["ss_network_alpha"] = "16.0",
                ["ss_network_args"] = "{\"conv_dim\": \"8\", \"conv_alpha\": \"4\", \"dropout\": null}",
                ["ss_learning_rate"] = "5e-05",
                ["ss_text_encoder_lr"] = "None",
                ["ss_clip_skip"] = "2",
                ["ss_resolution"] = "(512, 768)",
                ["ss_batch_size_per_device"] = "4",
                ["ss_optimizer"] = "bitsandbytes.optim.adamw.AdamW8bit(weight_decay=0.1,betas=(0.9, 0.99))",
                ["ss_max_train_steps"] = "1200",
                ["ss_mixed_precision"] = "bf16",
                ["ss_shuffle_caption"] = "True",
                ["ss_sd_model_name"] = "model.safetensors",
                ["ss_base_model_version"] = "sdxl_base_v1-0",
                ["ss_min_snr_gamma"] = "5.0",
                ["modelspec.author"] = "somebody",
            },
            "/data/a.safetensors",
            "/data");
        Assert.Equal((32, 16.0, 8, 4.0), (config.Network.NetworkDim, config.Network.NetworkAlpha, config.Network.ConvDim, config.Network.ConvAlpha));
        Assert.Equal((5e-5, null, OptimizerType.AdamW8bit), (config.Optimizer.LearningRate, config.Optimizer.TextEncoderLr, config.Optimizer.OptimizerType));
        Assert.Equal(["weight_decay=0.1", "betas=0.9,0.99"], config.Optimizer.OptimizerArgs!);
        Assert.Equal((new Resolution(512, 768), 4, 1200, 2), (config.Buckets.Resolution, config.Training.TrainBatchSize, config.Training.MaxTrainSteps, config.Training.ClipSkip));
        Assert.Equal((true, MixedPrecision.Bf16, true, 5.0), (config.Model.Sdxl, config.Runtime.MixedPrecision, config.Captions.ShuffleCaption, config.Objective.MinSnrGamma));
        Assert.Equal(("model.safetensors", "somebody"), (config.Model.PretrainedModelNameOrPath, config.Metadata.MetadataAuthor));
        Assert.Contains(config.Origin!.Notes, note => note.Source == "ss_dataset_dirs" && note.Message.Contains("TrainDataDir", StringComparison.Ordinal));
    }

    [Fact]
    public void A_file_without_such_metadata_is_refused() =>
        Assert.Throws<ConfigFormatException>(() => NetworkMetadataImporter.Read(new Dictionary<string, string> { ["format"] = "pt" }, "/a.safetensors", "/"));
}
