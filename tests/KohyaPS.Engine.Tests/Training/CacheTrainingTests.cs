using KohyaPS.Engine.Caching;

namespace KohyaPS.Engine.Tests.Training;

/// <summary>Whole trainings with what is cached on disk: cold, warm, damaged, and made from something else.</summary>
[Collection(nameof(SmallTraining))]
public sealed class CacheTrainingTests : IDisposable
{
    private readonly SmallTraining small = new();

    public void Dispose() => small.Dispose();

    [Theory]
    [InlineData("mini-sd", "kohyaps", false)]
    [InlineData("mini-sd", "npz", false)]
    [InlineData("sdxl-mini", "kohyaps", true)]
    [InlineData("sdxl-mini", "npz", true)]
    public void A_warm_cache_gives_the_bits_of_a_cold_one_and_writes_nothing(string model, string format, bool keepsText)
    {
        var cold = Train(model, format, keepsText);
        var files = Files(format);
        Assert.Equal(keepsText ? 6 : 3, files.Count);
        var warm = Train(model, format, keepsText);
        AssertSame(cold, warm);
        Assert.Equal(files, Files(format));
        // Files of our own hold the distribution, those of sd-scripts one sample of it.
        var uncached = small.Train([.. Family(model), ("network_train_unet_only", true), ("max_train_steps", 5)]);
        Assert.Equal(format == "kohyaps", cold.Outcome.HasSameNetwork(uncached));
    }

    [Fact]
    public void The_old_program_draws_the_latents_of_a_picture_once_as_its_files_hold_them()
    {
        (string, object?)[] old = [.. Family("mini-sd"), ("compatibility", "kohya2188"), ("network_train_unet_only", true), ("max_train_steps", 5), ("cache_latents", true)];
        var files = small.Train([.. old, ("cache_latents_to_disk", true), ("cache_format", "npz")]);
        Assert.True(small.Train(old).HasSameNetwork(files));
        Assert.False(small.Train([.. old, ("cache_latents", false)]).HasSameNetwork(files));
    }

    [Theory]
    [InlineData("kohyaps")]
    [InlineData("npz")]
    public void Damaged_files_are_made_again_with_a_note(string format)
    {
        var cold = Train("sdxl-mini", format, keepsText: true);
        foreach (var file in Files(format).Keys)
            File.WriteAllBytes(file, File.ReadAllBytes(file)[..100]);
        var again = Train("sdxl-mini", format, keepsText: true);
        AssertSame(cold, again);
        Assert.Contains(again.Warnings, w => w.Contains("3 files of cached latents", StringComparison.Ordinal));
        Assert.Contains(again.Warnings, w => w.Contains("3 files of cached text states", StringComparison.Ordinal));
        Assert.DoesNotContain(Train("sdxl-mini", format, keepsText: true).Warnings, w => w.Contains("Made again", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("kohyaps")]
    [InlineData("npz")]
    public void Damaged_files_that_are_trusted_end_the_training_with_their_name(string format)
    {
        Train("mini-sd", format, keepsText: false);
        var file = Files(format).Keys.First();
        File.WriteAllBytes(file, File.ReadAllBytes(file)[..100]);
        var result = SmallTraining.Run(small.Config([.. Settings("mini-sd", format, keepsText: false), ("skip_cache_check", true)]));
        Assert.False(result.Succeeded);
        Assert.Contains($"'{file}'", result.Message, StringComparison.Ordinal);
        Assert.Contains("leave SkipCacheCheck out", result.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("kohyaps", false)]
    [InlineData("npz", true)]
    public void Another_picture_and_another_caption_never_find_what_was_cached(string format, bool hasNote)
    {
        var first = Train("sdxl-mini", format, keepsText: true);
        small.Picture("train/img/1_shs robot/a.png", 77, width: 100, height: 100);
        small.Text("train/img/1_shs robot/b.txt", "something else");
        var second = Train("sdxl-mini", format, keepsText: true);
        Assert.False(first.Outcome.HasSameNetwork(second.Outcome));
        // Files that are named by what they were made from are not replaced: the old ones stay for whoever goes back.
        Assert.Equal(hasNote, second.Warnings.Exists(w => w.Contains("1 files of cached latents", StringComparison.Ordinal)));
        Assert.Equal(hasNote, second.Warnings.Exists(w => w.Contains("1 files of cached text states", StringComparison.Ordinal)));
        foreach (var file in Files(format).Keys)
            File.Delete(file);
        AssertSame(second, Train("sdxl-mini", format, keepsText: true));
    }

    [Fact]
    public void Files_of_sd_scripts_which_do_not_say_what_they_are_of_are_used_where_they_fit()
    {
        var own = Train("mini-sd", "npz", keepsText: false);
        foreach (var file in Files("npz").Keys)
        {
            var latents = KohyaLatents.Read(file)!;
            (latents with { Origin = null, Latents = [.. latents.Latents.Select(v => -v)] }).Write(file);
        }
        var theirs = Files("npz");
        var used = Train("mini-sd", "npz", keepsText: false);
        Assert.False(own.Outcome.HasSameNetwork(used.Outcome));
        Assert.Equal(theirs, Files("npz"));
        // Of another resolution, they do not fit.
        var other = Train("mini-sd", "npz", keepsText: false, ("resolution", "64,64"), ("enable_bucket", false), ("min_bucket_reso", 256), ("max_bucket_reso", 2048));
        Assert.Contains(other.Warnings, w => w.Contains("files of cached latents", StringComparison.Ordinal));
    }

    private static void AssertSame(Run expected, Run actual)
    {
        Assert.Equal(expected.Outcome.Losses, actual.Outcome.Losses);
        Assert.True(expected.Outcome.HasSameNetwork(actual.Outcome));
    }

    private Run Train(string model, string format, bool keepsText, params (string, object?)[] more)
    {
        var losses = new List<double>();
        var warnings = new List<string>();
        var result = SmallTraining.Run(small.Config([.. Settings(model, format, keepsText), .. more]), happened =>
        {
            if (happened is StepDone step)
                losses.Add(step.Loss);
            else if (happened is TrainingWarning warning)
                warnings.Add(warning.Message);
        });
        Assert.True(result.Succeeded, result.Message);
        return new(new(losses, result, SmallTraining.Tensors(result.NetworkPath!)), warnings);
    }

    private (string, object?)[] Settings(string model, string format, bool keepsText) =>
    [
        .. Family(model), ("cache_latents_to_disk", true), ("cache_format", format), ("cache_dir", "cache"), ("network_train_unet_only", true), ("max_train_steps", 5),
        ("cache_text_encoder_outputs", keepsText), ("cache_text_encoder_outputs_to_disk", keepsText),
    ];

    private (string, object?)[] Family(string model) => model == "mini-sd"
        ? []
        : [("pretrained_model_name_or_path", FamilyModels.Folder(model)), ("tokenizer_path", FamilyModels.Tokenizers(small, model)), ("sdxl", true)];

    // Every cached file with the time at which it was written.
    private Dictionary<string, DateTime> Files(string format) =>
        (format == "npz" ? Directory.EnumerateFiles(small.At("train"), "*.npz", SearchOption.AllDirectories) : Directory.EnumerateFiles(small.At("cache"), "*", SearchOption.AllDirectories))
        .ToDictionary(file => file, File.GetLastWriteTimeUtc);

    private sealed record Run(SmallTraining.Outcome Outcome, List<string> Warnings);
}
