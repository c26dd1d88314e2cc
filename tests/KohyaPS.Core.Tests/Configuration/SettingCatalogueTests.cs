namespace KohyaPS.Core.Tests.Configuration;

public sealed class SettingCatalogueTests
{
    [Fact]
    public void Every_name_means_one_setting()
    {
        var names = SettingCatalogue.All.SelectMany(setting => setting.Aliases.Append(setting.Name).Append(setting.Key).Select(name => (Name: name.Replace("_", "").ToUpperInvariant(), setting)));
        Assert.Empty(names.Distinct().GroupBy(pair => pair.Name).Where(group => group.Count() > 1).Select(group => group.Key));
    }

    [Fact]
    public void Names_in_snake_case_are_those_of_sd_scripts()
    {
        Assert.Equal("save_every_n_epochs", SettingCatalogue.Get("SaveEveryNEpochs").Key);
        Assert.Equal("scale_v_pred_loss_like_noise_pred", SettingCatalogue.Get("ScaleVPredLossLikeNoisePred").Key);
        Assert.Equal("max_data_loader_n_workers", SettingCatalogue.Get("MaxDataLoaderNWorkers").Key);
        Assert.Equal("v2", SettingCatalogue.Get("V2").Key);
    }

    [Fact]
    public void Every_default_survives_its_text()
    {
        Assert.All(SettingCatalogue.All, setting => Assert.True(SettingText.Same(setting.Default, SettingText.Parse(setting, SettingText.Format(setting.Default))), setting.Name));
        Assert.All(SettingCatalogue.All, setting => _ = (setting.GuiDefault, setting.TrainerDefault));
    }

    [Fact]
    public void A_change_leaves_the_original_alone()
    {
        var config = new LoraConfig();
        var changed = config.With("network_dim", 32);
        Assert.Equal(8, config.Network.NetworkDim);
        Assert.Equal(32, changed.Network.NetworkDim);
        Assert.Equal("NetworkDim", Assert.Single(changed.Changed()).Name);
        Assert.Same(config.Optimizer, changed.Optimizer);
    }

    [Theory]
    [InlineData("network_dimm", "network_dim")]
    [InlineData("cache_latent", "cache_latents")]
    public void A_slip_finds_the_nearest_name(string typed, string meant) =>
        Assert.Contains($"'{meant}'", Assert.Throws<ArgumentException>(() => SettingCatalogue.Get(typed)).Message);

    [Fact]
    public void Values_out_of_range_are_all_reported()
    {
        var config = new LoraConfig().With("NetworkDim", 0).With("RankDropout", 1.0).With("MaxTokenLength", 100);
        Assert.Equal(["MaxTokenLength", "NetworkDim", "RankDropout"], config.Validate().Select(problem => problem.Setting).Order());
    }
}
