using System.Text.Json;

namespace KohyaPS.Core.Tests.Datasets;

/// <summary>One small folder for each finding that comes with a setting: masks, metadata files, wildcards, weights, separators, faces, regularisation.</summary>
public sealed class DatasetLinterSettingTests : LintedFolder
{
    [Fact]
    public void A_metadata_file_that_names_every_picture_has_no_findings()
    {
        UseMetadata("""{"a.png": {"caption": "shs dog, sitting"}, "b.png": {"tags": "shs dog, running"}}""");
        // Caption files beside the pictures are another trainer's.
        Assert.Empty(Lint());
    }

    [Fact]
    public void A_metadata_file_of_whole_paths_needs_no_folder()
    {
        Caption("names.json", JsonSerializer.Serialize(new Dictionary<string, object> { [At("img/10_shs dog/a.png")] = new { caption = "shs dog" } }));
        Config = new LoraConfig { Datasets = [new() { Subsets = [new() { MetadataFile = At("names.json") }] }] };
        Assert.Empty(Lint());
    }

    [Fact]
    public void Every_caption_of_a_metadata_file_is_looked_at()
    {
        UseMetadata("""{"a.png": {"caption": "shs dog"}, "b.png": {"caption": "shs dog, , sitting"}}""");
        Assert.Equal(At("img/10_shs dog/b.png"), Only(DatasetFindingId.EmptyTag, FindingSeverity.Warning).Path);
    }

    [Fact]
    public void A_metadata_file_without_text_for_a_picture()
    {
        UseMetadata("""{"a.png": {"caption": "shs dog"}, "b.png": {}}""");
        Assert.Equal([At("img/10_shs dog/b.png")], Only(DatasetFindingId.NoCaption, FindingSeverity.Warning).Items);
    }

    [Fact]
    public void A_picture_that_a_metadata_file_names_in_vain()
    {
        UseMetadata("""{"a.png": {"caption": "shs dog"}, "b.png": {"caption": "shs dog"}, "c.png": {"caption": "shs dog"}}""");
        Assert.Equal(At("img/10_shs dog/c.png"), Only(DatasetFindingId.ImageMissing, FindingSeverity.Error).Path);
    }

    [Fact]
    public void A_picture_that_a_metadata_file_leaves_out()
    {
        UseMetadata("""{"a.png": {"caption": "shs dog"}}""");
        Assert.Equal([At("img/10_shs dog/b.png")], Only(DatasetFindingId.ImageNotNamed, FindingSeverity.Warning).Items);
    }

    [Fact]
    public void Masks_that_show_something_have_no_findings()
    {
        UseMasks();
        Assert.Empty(Lint());
    }

    [Fact]
    public void A_picture_without_a_mask()
    {
        UseMasks();
        File.Delete(At("masks/b.png"));
        Assert.Contains("b.png", Only(DatasetFindingId.MaskUnusable, FindingSeverity.Error).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mask_of_another_size()
    {
        UseMasks();
        Picture("masks/b.png", seed: 4, width: 64);
        Assert.Equal(At("masks/b.png"), Only(DatasetFindingId.MaskUnusable, FindingSeverity.Error).Path);
    }

    [Fact]
    public void A_mask_without_a_picture()
    {
        UseMasks();
        Picture("masks/gone.png", seed: 5);
        Assert.Equal([At("masks/gone.png")], Only(DatasetFindingId.OrphanMask, FindingSeverity.Warning).Items);
    }

    [Fact]
    public void A_black_mask()
    {
        UseMasks();
        Facts[At("img/10_shs dog/a.png")] = new() { LowestMask = 0, HighestMask = 0 };
        Assert.Equal([At("img/10_shs dog/a.png")], Only(DatasetFindingId.EmptyMask, FindingSeverity.Warning).Items);
    }

    [Fact]
    public void Masks_that_are_all_white()
    {
        UseMasks();
        Facts.Clear();
        Assert.Contains("conditioning_data_dir", Only(DatasetFindingId.NoMask, FindingSeverity.Warning).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Faces_that_no_name_states()
    {
        foreach (var setting in new[] { "EnableBucket", "CacheLatents" })
            Set(setting, false);
        Set("FaceCropAugRange", "2,4");
        Assert.Equal(2, Only(DatasetFindingId.NoFaceNamed, FindingSeverity.Warning).Value);
        foreach (var name in new[] { "a", "b" })
            File.Move(At($"img/10_shs dog/{name}.png"), At($"img/10_shs dog/{name}_100_100_50_50.png"));
        Assert.Empty(Lint());
    }

    [Fact]
    public void Faces_are_not_cut_with_buckets()
    {
        Set("FaceCropAugRange", "2,4");
        Assert.Equal("FaceCropAugRange", Only(DatasetFindingId.Setting, FindingSeverity.Warning).Path);
    }

    [Fact]
    public void Wildcards_that_are_not_read()
    {
        Caption("img/10_shs dog/a.txt", "shs dog, {red|blue} collar, {plain}");
        Assert.Contains("'{red|blue}'", Only(DatasetFindingId.WildcardNotRead, FindingSeverity.Warning).Message, StringComparison.Ordinal);
        Set("EnableWildcard", true);
        Assert.Empty(Lint());
    }

    [Theory]
    [InlineData("shs dog, {red|blue collar")]
    [InlineData("shs dog, red|blue} collar")]
    [InlineData("shs dog, {red|{blue|green}} collar")]
    public void Wildcards_with_braces_that_do_not_match(string caption)
    {
        Caption("img/10_shs dog/a.txt", caption);
        Set("EnableWildcard", true);
        Only(DatasetFindingId.BrokenWildcard, FindingSeverity.Warning);
        Caption("img/10_shs dog/a.txt", "shs dog, {{red}} {blue|green} collar");
        Assert.Empty(Lint());
    }

    [Fact]
    public void Of_a_wildcard_the_longest_word_counts()
    {
        Caption("img/10_shs dog/a.txt", "shs dog " + string.Join(' ', Enumerable.Range(0, 70).Select(i => $"{{w{i}|x {i} y}}")));
        Set("EnableWildcard", true);
        Assert.Equal(2 + 3 * 70, Only(DatasetFindingId.CaptionTooLong, FindingSeverity.Warning).Value);
    }

    [Theory]
    [InlineData("shs dog, (red collar", "'('")]
    [InlineData("shs dog, [red collar, (blue:1.2)", "'['")]
    public void A_weight_that_is_never_closed(string caption, string bracket)
    {
        Caption("img/10_shs dog/a.txt", caption);
        Assert.Empty(Lint());
        Set("WeightedCaptions", true);
        Assert.Contains(bracket, Only(DatasetFindingId.OpenWeight, FindingSeverity.Warning).Message, StringComparison.Ordinal);
        Caption("img/10_shs dog/a.txt", "shs dog, \\(red collar, (blue:1.2)");
        Assert.Empty(Lint());
    }

    [Theory]
    [InlineData("KeepTokensSeparator", "|||")]
    [InlineData("SecondarySeparator", ";;;")]
    [InlineData("CaptionSeparator", ";")]
    public void A_separator_that_separates_nothing(string setting, string mark)
    {
        Set("ShuffleCaption", true);
        Set(setting, mark);
        Assert.Contains($"-{setting} is '{mark}'", Only(DatasetFindingId.SeparatorMissing, FindingSeverity.Warning).Message, StringComparison.Ordinal);
        Caption("img/10_shs dog/a.txt", $"shs dog{mark} sitting");
        Assert.Empty(Lint());
    }

    [Fact]
    public void A_trigger_among_regularisation_pictures()
    {
        Set("RegDataDir", At("reg"));
        for (var i = 0; i < 20; i++)
            Picture($"reg/1_dog/{i}.png", seed: 20 + i);
        Assert.Empty(Lint());
        Caption("reg/1_dog/3.txt", "a SHS dog");
        Assert.Equal([At("reg/1_dog/3.png")], Has(DatasetFindingId.TriggerInRegularization, FindingSeverity.Warning).Items);
    }

    [Fact]
    public void A_weight_of_regularisation_pictures_that_are_not_there()
    {
        Set("PriorLossWeight", 0.5);
        Assert.Contains(Config.Validate(), p => p is { Setting: "PriorLossWeight", IsWarning: true });
        Set("RegDataDir", At("reg"));
        Assert.DoesNotContain(Config.Validate(), p => p.Setting == "PriorLossWeight");
    }

    private void UseMetadata(string text)
    {
        Caption("names.json", text);
        Config = new LoraConfig { Datasets = [new() { Subsets = [new() { ImageDir = At("img/10_shs dog"), MetadataFile = At("names.json") }] }] };
    }

    private void UseMasks()
    {
        Config = new LoraConfig
        {
            Objective = new() { MaskedLoss = true },
            Datasets = [new() { Subsets = [new() { ImageDir = At("img/10_shs dog"), ConditioningDataDir = At("masks"), NumRepeats = 10 }] }],
        };
        foreach (var (name, seed) in new[] { ("a", 3), ("b", 4) })
        {
            Picture($"masks/{name}.png", seed);
            Facts[At($"img/10_shs dog/{name}.png")] = new() { LowestMask = 0, Thumbnail = [] };
        }
    }
}
