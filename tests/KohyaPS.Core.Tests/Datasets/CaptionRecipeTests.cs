using KohyaPS.Datasets;
using KohyaPS.Randomness;

namespace KohyaPS.Core.Tests.Datasets;

public sealed class CaptionRecipeTests
{
    private static string Make(SubsetSettings settings, string caption, int epoch = 1, long ordinal = 0) =>
        new CaptionRecipe(settings, tokenWarmupSteps: 0).Make(caption, epoch, step: 0, new SampleDraws(new RandomSource(7, DrawPurpose.Caption, epoch, ordinal)));

    [Fact]
    public void Plain_settings_leave_the_caption_as_it_is() => Assert.Equal("a,b ,  c", Make(new(), "a,b ,  c"));

    [Fact]
    public void Shuffling_keeps_the_leading_tags_and_every_other_tag_once()
    {
        var settings = new SubsetSettings { ShuffleCaption = true, KeepTokens = 2 };
        var made = Enumerable.Range(0, 20).Select(i => Make(settings, "k1, k2, a, b, c, d", ordinal: i)).ToList();
        Assert.All(made, caption => Assert.StartsWith("k1, k2, ", caption, StringComparison.Ordinal));
        Assert.All(made, caption => Assert.Equal(["a", "b", "c", "d", "k1", "k2"], caption.Split(", ").Order()));
        Assert.True(made.Distinct().Count() > 5);
    }

    [Fact]
    public void The_same_seed_epoch_and_sample_give_the_same_caption()
    {
        var settings = new SubsetSettings { ShuffleCaption = true, CaptionTagDropoutRate = 0.5, EnableWildcard = true };
        Assert.Equal(Make(settings, "a, b, {c|d}, e, f", epoch: 3, ordinal: 5), Make(settings, "a, b, {c|d}, e, f", epoch: 3, ordinal: 5));
    }

    [Fact]
    public void Dropout_of_all_tags_spares_the_fixed_head_and_tail()
    {
        var settings = new SubsetSettings { CaptionTagDropoutRate = 1, KeepTokensSeparator = "|||" };
        Assert.Equal("sks robot, best", Make(settings, "sks robot ||| red, blue ||| best"));
    }

    [Fact]
    public void The_mark_of_fixed_tags_never_reaches_the_model() =>
        Assert.Equal("1girl, miku, stage, smile", Make(new() { KeepTokensSeparator = "|||" }, "1girl, miku ||| stage, smile"));

    [Fact]
    public void Every_second_epoch_can_go_without_captions()
    {
        var settings = new SubsetSettings { CaptionDropoutEveryNEpochs = 2 };
        Assert.Equal(["a", "", "a", ""], Enumerable.Range(1, 4).Select(epoch => Make(settings, "a", epoch)));
    }

    [Fact]
    public void Prefix_and_suffix_frame_the_line_that_was_chosen() =>
        Assert.Equal("photo of one end", Make(new() { CaptionPrefix = "photo of", CaptionSuffix = "end" }, "one\ntwo"));
}
