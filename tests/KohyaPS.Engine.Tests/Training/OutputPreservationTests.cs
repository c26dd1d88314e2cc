namespace KohyaPS.Engine.Tests.Training;

/// <summary>Subsets with diff_output_preservation: their target is what the model predicts without the network.</summary>
[Collection(nameof(SmallTraining))]
public sealed class OutputPreservationTests : IDisposable
{
    private readonly SmallTraining small = new(withPictures: false);

    public OutputPreservationTests()
    {
        foreach (var (name, seed) in new[] { ("a", 10), ("b", 90) })
        {
            small.Picture($"{name}/{name}.png", seed);
            small.Text($"{name}/{name}.txt", $"robot {name}");
        }
    }

    public void Dispose() => small.Dispose();

    [Theory]
    [InlineData("mini-sd", "")]
    [InlineData("sd2-mini", "")]
    [InlineData("sdxl-mini", "")]
    [InlineData("mini-sd", "network_dropout=0.5|rank_dropout=0.5|module_dropout=0.5")]
    [InlineData("mini-sd", "gradient_checkpointing=true")]
    [InlineData("mini-sd", "conv_dim=2|network_train_unet_only=true")]
    [InlineData("mini-sd", "network_module=networks.lora_fa")]
    [InlineData("mini-sd", "network_module=networks.dylora")]
    [InlineData("mini-sd", "network_module=networks.oft|network_dim=4|network_alpha=0.01")]
    public void A_network_that_changes_nothing_yet_has_nothing_to_learn(string model, string settings) =>
        Assert.All(Train("a b", model, settings).Losses, loss => Assert.Equal(0, loss));

    [Theory]
    [InlineData("mini-sd")]
    [InlineData("sd2-mini")]
    [InlineData("sdxl-mini")]
    public void In_a_batch_each_picture_has_its_own_target(string model)
    {
        var whole = FirstLoss("", model);
        var (withoutA, withoutB) = (FirstLoss("a", model), FirstLoss("b", model));
        Assert.All(new[] { withoutA, withoutB }, loss => Assert.InRange(loss, 0.01 * whole, 0.99 * whole));
        // A picture whose output is preserved adds nothing at first, so the two halves are the whole. Another size of batch rounds differently.
        Assert.Equal(whole, withoutA + withoutB, 1e-5 * whole);
    }

    [Fact]
    public void A_network_that_changes_the_picture_is_drawn_back()
    {
        var strong = Train("", "mini-sd", "unet_lr=0.05|max_train_steps=6").Result.NetworkPath;
        var settings = $"network_weights={strong}|unet_lr=0.01|text_encoder_lr=0|max_train_steps=40|lr_scheduler=constant|min_timestep=500|max_timestep=501";
        var losses = Train("a b", "mini-sd", settings).Losses;
        Assert.True(losses[0] > 1e-4, $"{losses[0]}");
        Assert.True(losses[^1] < 0.8 * losses[0], $"{losses[0]} became {losses[^1]}");
        var checkpointed = Train("a b", "mini-sd", settings + "|gradient_checkpointing=true|max_train_steps=3").Losses;
        Assert.All(checkpointed.Zip(losses), pair => Assert.Equal(pair.Second, pair.First, 1e-4 * pair.Second));
    }

    [Fact]
    public void A_regularisation_picture_weighs_as_told()
    {
        var strong = Train("", "mini-sd", "unet_lr=0.05|max_train_steps=6").Result.NetworkPath;
        double Loss(double weight, string start) => Train("b", "mini-sd", FormattableString.Invariant($"prior_loss_weight={weight}|max_train_steps=1{start}"), reg: "b").Losses[0];
        Assert.Equal(Loss(1, ""), Loss(0.5, ""), 1e-7);
        var start = $"|network_weights={strong}";
        var (full, half, none) = (Loss(1, start), Loss(0.5, start), Loss(0, start));
        Assert.True(full > none);
        Assert.Equal(half - none, full - half, 1e-5 * full);
    }

    private double FirstLoss(string preserved, string model) => Train(preserved, model, "max_train_steps=1").Losses[0];

    private SmallTraining.Outcome Train(string preserved, string model, string settings, string reg = "")
    {
        string Subset(string name) => $"""
            [[datasets.subsets]]
            image_dir = '{small.At(name)}'
            is_reg = {(reg == name ? "true" : "false")}
            custom_attributes = {"{"} diff_output_preservation = {(preserved.Contains(name, StringComparison.Ordinal) ? "true" : "false")} {"}"}

            """;
        small.Text("datasets.toml", $"[[datasets]]\nresolution = 64\nbatch_size = 2\n{Subset("a")}{Subset("b")}");
        (string, object?)[] family = model == "mini-sd" ? [] : [("pretrained_model_name_or_path", FamilyModels.Folder(model)), ("tokenizer_path", FamilyModels.Tokenizers(small, model))];
        return small.Train([
            ("train_data_dir", null), ("dataset_config", small.At("datasets.toml")), ("enable_bucket", false), ("resolution", 64), ("min_bucket_reso", 256), ("max_bucket_reso", 2048),
            ("max_train_steps", 2), ("mixed_precision", "no"), .. family, .. settings.Split('|', StringSplitOptions.RemoveEmptyEntries).Select(s => s.Split('=', 2)).Select(s => (s[0], (object?)s[1])),
        ]);
    }
}
