namespace KohyaPS.Engine.Tests.Training;

/// <summary>Settings of pictures and captions change a training as they should, and what must not change it does not.</summary>
[Collection(nameof(SmallTraining))]
public sealed class DatasetSettingsTests : IClassFixture<DatasetSettingsTests.PlainTrainings>, IDisposable
{
    private readonly SmallTraining small = new();
    private readonly PlainTrainings plain;

    public DatasetSettingsTests(PlainTrainings plain) => this.plain = plain;

    public void Dispose() => small.Dispose();

    /// <summary>Settings that change what is trained, and behind the arrow what they are added to.</summary>
    public static TheoryData<string, string> Changing => new()
    {
        { "shuffle_caption=true", "" },
        { "keep_tokens=3", "shuffle_caption=true" },
        { "caption_prefix=photo", "" },
        { "caption_suffix=in colour", "" },
        { "enable_wildcard=true", "" },
        { "caption_dropout_rate=1", "" },
        { "caption_dropout_every_n_epochs=2", "" },
        { "caption_tag_dropout_rate=0.9", "" },
        { "token_warmup_step=10", "" },
        { "token_warmup_min=3", "token_warmup_step=10" },
        { "keep_tokens_separator=red", "" },
        { "secondary_separator=arm", "" },
        { "caption_separator=robot", "shuffle_caption=true" },
        { "weighted_captions=true", "" },
        { "max_token_length=150", "" },
        { "flip_aug=true", "" },
        { "flip_aug=true", "cache_latents=false" },
        { "color_aug=true", "cache_latents=false" },
        { "random_crop=true", "cache_latents=false" },
        { "resize_interpolation=nearest", "" },
        { "enable_bucket=false", "" },
        { "bucket_no_upscale=true", "resolution=128,128|max_bucket_reso=256" },
        { "resolution=64,64", "" },
        { "min_bucket_reso=128", "resolution=128,128|max_bucket_reso=256" },
        { "max_bucket_reso=128", "resolution=128,128|max_bucket_reso=256" },
        { "bucket_reso_steps=128|min_bucket_reso=128", "resolution=128,128|max_bucket_reso=256" },
        { "train_batch_size=2", "resolution=64,64" },
    };

    [Theory]
    [MemberData(nameof(Changing))]
    public void A_setting_changes_what_is_learned(string settings, string others)
    {
        var changed = small.Train([.. Parse(others), .. Parse(settings)]);
        Assert.NotEqual(plain.With(others).Losses, changed.Losses);
        Assert.False(plain.With(others).HasSameNetwork(changed));
    }

    [Fact]
    public void Captions_come_from_files_of_the_named_extension()
    {
        foreach (var name in new[] { "a", "b", "c" })
            small.Text($"train/img/1_shs robot/{name}.caption", "a photograph of a lighthouse");
        Assert.NotEqual(plain.With("").Losses, small.Train(("caption_extension", ".caption")).Losses);
    }

    [Theory]
    [InlineData("")]
    [InlineData("cache_latents=false")]
    [InlineData("cache_latents=false|max_data_loader_n_workers=2")]
    [InlineData("cache_latents=false|max_data_loader_n_workers=5|persistent_data_loader_workers=true")]
    [InlineData("max_data_loader_n_workers=3")]
    public void Caches_and_workers_change_nothing(string settings) =>
        AssertSame(plain.With("flip_aug=true|shuffle_caption=true"), small.Train([("flip_aug", true), ("shuffle_caption", true), .. Parse(settings)]));

    [Fact]
    public void Workers_change_nothing_where_pictures_are_varied()
    {
        (string, object?)[] varied = [("train_batch_size", 2), ("cache_latents", false), ("random_crop", true), ("color_aug", true), ("flip_aug", true)];
        AssertSame(small.Train(varied), small.Train([.. varied, ("max_data_loader_n_workers", 4), ("persistent_data_loader_workers", true)]));
    }

    [Fact]
    public void Several_pictures_in_a_pass_of_the_VAE_change_the_latents_by_rounding_only()
    {
        var several = small.Train(("vae_batch_size", 3), ("resolution", "64,64"));
        Assert.All(plain.With("resolution=64,64").Losses.Zip(several.Losses), pair => Assert.Equal(pair.First, pair.Second, tolerance: 1e-3 * pair.First));
    }

    [Fact]
    public void Transparent_places_do_not_count_with_alpha_mask()
    {
        foreach (var name in new[] { "a", "b", "c" })
            small.Picture($"train/img/1_shs robot/{name}.png", 40, isHalfTransparent: true);
        var whole = small.Train();
        var masked = small.Train(("alpha_mask", true));
        Assert.All(whole.Losses.Zip(masked.Losses), pair => Assert.True(pair.Second < 0.9 * pair.First, $"{pair.Second} is not much less than {pair.First}"));
        AssertSame(masked, small.Train(("alpha_mask", true), ("cache_latents", false)));
        // A mirrored picture has a mirrored mask, cached or not.
        AssertSame(small.Train(("alpha_mask", true), ("flip_aug", true)), small.Train(("alpha_mask", true), ("flip_aug", true), ("cache_latents", false)));
    }

    [Fact]
    public void Faces_named_by_the_file_are_zoomed_at_without_buckets_and_caches()
    {
        small.Picture("train/img/1_shs robot/d_100_100_60_60.png", 60, width: 256, height: 256);
        (string, object?)[] settings = [("enable_bucket", false), ("cache_latents", false), ("resolution", "64,64")];
        Assert.NotEqual(small.Train(settings).Losses, small.Train([.. settings, ("face_crop_aug_range", "2.0,4.0")]).Losses);
    }

    [Fact]
    public void Regularisation_pictures_are_as_many_as_the_others_and_weigh_as_told()
    {
        small.Picture("reg/1_robot/r.png", 220);
        var reg = ("reg_data_dir", (object?)small.At("reg"));
        var config = small.Config(reg, ("prior_loss_weight", 0.25));
        Assert.Equal(6, KohyaPS.Engine.Training.LoraTrainer.Plan(new(config)).BatchesPerEpoch);
        var light = SmallTraining.Train(config);
        var whole = small.Train(reg);
        Assert.NotEqual(whole.Losses, light.Losses);
        Assert.False(whole.HasSameNetwork(light));
    }

    private static void AssertSame(SmallTraining.Outcome expected, SmallTraining.Outcome actual)
    {
        Assert.Equal(expected.Losses, actual.Losses);
        Assert.True(expected.HasSameNetwork(actual));
    }

    private static (string, object?)[] Parse(string settings) =>
        [.. settings.Split('|', StringSplitOptions.RemoveEmptyEntries).Select(s => s.Split('=', 2)).Select(s => (s[0], (object?)s[1]))];

    /// <summary>What the settings under test are compared with; each is trained once.</summary>
    public sealed class PlainTrainings : IDisposable
    {
        private readonly SmallTraining small = new();
        private readonly Dictionary<string, SmallTraining.Outcome> outcomes = [];

        internal SmallTraining.Outcome With(string settings) =>
            outcomes.TryGetValue(settings, out var known) ? known : outcomes[settings] = small.Train(Parse(settings));

        public void Dispose() => small.Dispose();
    }
}

/// <summary>Trainings of the tests run one after the other: each uses all cores and the machine's list of runs.</summary>
[CollectionDefinition(nameof(SmallTraining), DisableParallelization = true)]
public sealed class SmallTrainingCollection;
