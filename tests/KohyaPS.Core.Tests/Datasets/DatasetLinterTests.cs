using System.Text;

namespace KohyaPS.Core.Tests.Datasets;

/// <summary>One small folder for each finding, and a clean one with none.</summary>
public sealed class DatasetLinterTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("lint").FullName;
    private readonly Dictionary<string, PictureFacts> facts = [];
    private LoraConfig config;

    public DatasetLinterTests()
    {
        config = new LoraConfig { Folders = new() { TrainDataDir = At("img") } };
        Picture("img/10_shs dog/a.png", seed: 1);
        Picture("img/10_shs dog/b.png", seed: 2);
        Caption("img/10_shs dog/a.txt", "shs dog, sitting, grass");
        Caption("img/10_shs dog/b.txt", "shs dog, running");
    }

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public void A_clean_folder_has_no_findings() => Assert.Empty(Lint());

    [Fact]
    public void Nothing_to_train_is_an_error()
    {
        Directory.Delete(At("img/10_shs dog"), recursive: true);
        Only(DatasetFindingId.NoImages, FindingSeverity.Error);
    }

    [Fact]
    public void A_missing_folder_is_named()
    {
        Set("TrainDataDir", At("nowhere"));
        Assert.Contains("nowhere", Only(DatasetFindingId.FolderMissing, FindingSeverity.Error).Path, StringComparison.Ordinal);
    }

    [Fact]
    public void Pictures_beside_the_folders()
    {
        Picture("img/c.png", seed: 3);
        Assert.Equal(1, Only(DatasetFindingId.ImagesAtTop, FindingSeverity.Error).Value);
    }

    [Fact]
    public void Pictures_one_level_too_deep()
    {
        Picture("img/10_shs dog/more/c.png", seed: 3);
        Assert.Equal(1, Only(DatasetFindingId.ImagesTooDeep, FindingSeverity.Warning).Value);
    }

    [Theory]
    [InlineData("10-cat", "'10_cat'")]
    [InlineData("10 cat", "'10_cat'")]
    [InlineData("10cat", "'10_cat'")]
    [InlineData("cat", "'10_cat'")]
    public void A_folder_without_repeats_gets_the_nearest_name(string name, string remedy)
    {
        Picture($"img/{name}/c.png", seed: 3);
        Assert.Contains(remedy, Only(DatasetFindingId.FolderWithoutRepeats, FindingSeverity.Error).Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stray_folder_without_pictures_is_a_warning()
    {
        Directory.CreateDirectory(At("img/.ipynb_checkpoints"));
        Only(DatasetFindingId.FolderWithoutRepeats, FindingSeverity.Warning);
    }

    [Fact]
    public void Zero_repeats()
    {
        Picture("img/0_cat/c.png", seed: 3);
        Only(DatasetFindingId.RepeatsBelowOne, FindingSeverity.Error);
    }

    [Fact]
    public void A_folder_without_pictures()
    {
        Directory.CreateDirectory(At("img/5_cat"));
        Only(DatasetFindingId.EmptyFolder, FindingSeverity.Warning);
    }

    [Fact]
    public void A_folder_named_twice()
    {
        var subset = new SubsetDefinition { ImageDir = At("img/10_shs dog") };
        config = new LoraConfig { Datasets = [new() { Subsets = [subset, subset] }] };
        Only(DatasetFindingId.DuplicateFolder, FindingSeverity.Warning);
    }

    [Fact]
    public void Two_folders_with_the_same_words()
    {
        Picture("img/20_shs dog/c.png", seed: 3);
        Caption("img/20_shs dog/c.txt", "shs dog");
        Assert.Equal(2, Only(DatasetFindingId.SameConceptTwice, FindingSeverity.Warning).Items.Count);
    }

    [Fact]
    public void An_interrupted_balancing()
    {
        Caption("img/.kohyaps-balance.leaving.json", "{}");
        Only(DatasetFindingId.BalanceInterrupted, FindingSeverity.Error);
    }

    [Theory]
    [InlineData("CON.png")]
    [InlineData("what?.png")]
    [InlineData("a:b.png")]
    [InlineData("nul.v2.png")]
    [InlineData("a path of more than 260 characters")]
    public void Names_that_windows_cannot_keep(string name)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the name cannot be made here");
        if (!name.EndsWith(".png", StringComparison.Ordinal))
            name = name.PadRight(245, '-') + ".png";
        Picture($"img/10_shs dog/{name}", seed: 3);
        Caption($"img/10_shs dog/{Path.GetFileNameWithoutExtension(name)}.txt", "shs dog");
        Has(DatasetFindingId.UnportableName, FindingSeverity.Warning);
    }

    [Theory]
    [InlineData("ü", "u\u0308")]
    [InlineData("dog", "Dog")]
    public void Names_that_differ_only_in_composition_or_case(string one, string other)
    {
        foreach (var (name, seed) in new[] { (one, 3), (other, 4) })
        {
            Picture($"img/10_shs dog/{name}.png", seed: seed);
            Caption($"img/10_shs dog/{name}.txt", "shs dog");
        }
        Assert.SkipWhen(Directory.GetFiles(At("img/10_shs dog"), "*.png").Length < 4, "this file system keeps one of them only");
        Assert.All(Lint(), f => Assert.Equal(DatasetFindingId.SimilarNames, f.Id));
        Has(DatasetFindingId.SimilarNames, FindingSeverity.Warning);
    }

    [Fact]
    public void Captions_with_another_extension_are_ignored()
    {
        Set("CaptionExtension", ".caption");
        Assert.Contains("-CaptionExtension .txt", Has(DatasetFindingId.OtherCaptionExtension, FindingSeverity.Error).Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void A_picture_without_caption_and_words()
    {
        Picture("img/10_/c.png", seed: 3);
        Only(DatasetFindingId.NoCaption, FindingSeverity.Warning);
    }

    [Fact]
    public void Some_captions_are_missing()
    {
        Picture("img/10_shs dog/c.png", seed: 3);
        Assert.Equal([At("img/10_shs dog/c.png")], Only(DatasetFindingId.MissingCaption, FindingSeverity.Warning).Items);
    }

    [Fact]
    public void A_caption_without_picture()
    {
        Caption("img/10_shs dog/gone.txt", "shs dog");
        Assert.Equal([At("img/10_shs dog/gone.txt")], Only(DatasetFindingId.OrphanCaption, FindingSeverity.Warning).Items);
    }

    [Fact]
    public void An_empty_caption_file()
    {
        Caption("img/10_shs dog/a.txt", "");
        Only(DatasetFindingId.EmptyCaptionFile, FindingSeverity.Error);
    }

    [Fact]
    public void A_caption_of_blanks()
    {
        Caption("img/10_shs dog/a.txt", " \n");
        Only(DatasetFindingId.BlankCaption, FindingSeverity.Warning);
    }

    [Fact]
    public void Text_below_a_blank_line()
    {
        Caption("img/10_shs dog/a.txt", "\nshs dog");
        Only(DatasetFindingId.BlankFirstLine, FindingSeverity.Warning);
    }

    [Fact]
    public void More_lines_than_one()
    {
        Caption("img/10_shs dog/a.txt", "shs dog\rsecond\r\nthird");
        Assert.Equal(2, Only(DatasetFindingId.LinesIgnored, FindingSeverity.Warning).Value);
        Set("EnableWildcard", true);
        Assert.Empty(Lint());
    }

    [Fact]
    public void A_caption_in_another_encoding_names_the_byte()
    {
        Bytes("img/10_shs dog/a.txt", [.. "shs dog, caf"u8, 0xE9]);
        Assert.Contains("byte 12", Only(DatasetFindingId.CaptionEncoding, FindingSeverity.Error).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("utf-8")]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    public void A_byte_order_mark(string encoding)
    {
        File.WriteAllText(At("img/10_shs dog/a.txt"), "shs dog", Encoding.GetEncoding(encoding));
        Only(DatasetFindingId.CaptionMark, FindingSeverity.Warning);
    }

    [Fact]
    public void A_caption_too_large_to_be_one()
    {
        Caption("img/10_shs dog/a.txt", new string('x', 2 << 20));
        Only(DatasetFindingId.CaptionUnreadable, FindingSeverity.Error);
    }

    [Theory]
    [InlineData("shs dog, cafÃ©, dogâ€™s", "shs dog, café, dog’s")]     // read as Windows-1252
    [InlineData("shs dog, caf├⌐", "shs dog, café")]                    // read as code page 437
    [InlineData("shs dog, СЃРѕР±Р°РєР°", "shs dog, собака")]           // read as Windows-1251
    [InlineData("shs dog, å\u008f¯æ„›ã\u0081„", "shs dog, 可愛い")]     // read as Windows-1252, with bytes it lacks
    public void Mojibake_is_told_with_what_it_was(string caption, string original)
    {
        Caption("img/10_shs dog/a.txt", caption);
        Assert.Contains(original, Has(DatasetFindingId.Mojibake, FindingSeverity.Warning).Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("shs dog, café, naïve, “quoted” – dash, Ångström, ÃO")]
    [InlineData("shs dog, собака, Рівне, ёлка, Їжак")]
    [InlineData("shs dog, 可愛い, 小狗, 개, 👨‍👩‍👧 ❤️")]
    public void Sound_text_in_any_script_is_no_mojibake(string caption)
    {
        Caption("img/10_shs dog/a.txt", caption);
        Assert.Empty(Lint());
    }

    [Fact]
    public void Characters_that_cannot_be_seen()
    {
        Bytes("img/10_shs dog/a.txt", Encoding.Unicode.GetBytes("shs dog"));
        Assert.Contains("U+0000", Has(DatasetFindingId.ControlCharacter, FindingSeverity.Warning).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_caption_with_too_many_tokens_shows_what_is_cut()
    {
        Caption("img/10_shs dog/a.txt", "shs dog " + string.Join(' ', Enumerable.Range(0, 80).Select(i => $"w{i}")));
        var finding = Only(DatasetFindingId.CaptionTooLong, FindingSeverity.Warning);
        Assert.Equal(82, finding.Value);
        Assert.Contains("'w73 w74 w75 w76 w77 w78 w79'", finding.Message, StringComparison.Ordinal);
        Assert.Contains("-MaxTokenLength 150", finding.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void Parentheses_become_weights()
    {
        Caption("img/10_shs dog/a.txt", "shs dog, furina (genshin impact)");
        Assert.Empty(Lint());
        Set("WeightedCaptions", true);
        Assert.Contains("\\(genshin impact\\)", Only(DatasetFindingId.AccidentalWeight, FindingSeverity.Warning).Remedy, StringComparison.Ordinal);
        Caption("img/10_shs dog/a.txt", "shs dog, furina \\(genshin impact\\), (red:1.2)");
        Assert.Empty(Lint());
    }

    [Fact]
    public void More_kept_tags_than_tags()
    {
        Set("ShuffleCaption", true);
        Set("KeepTokens", 3);
        Assert.Equal(1, Only(DatasetFindingId.KeepTokensTooLarge, FindingSeverity.Warning).Value);
    }

    [Fact]
    public void A_trigger_outside_the_kept_tags()
    {
        Caption("img/10_shs dog/a.txt", "sitting, shs dog");
        Set("ShuffleCaption", true);
        Set("KeepTokens", 1);
        Only(DatasetFindingId.TriggerNotKept, FindingSeverity.Warning);
    }

    [Fact]
    public void A_trigger_in_no_caption()
    {
        Caption("img/10_shs dog/a.txt", "a poodle");
        Caption("img/10_shs dog/b.txt", "a terrier");
        Only(DatasetFindingId.TriggerMissing, FindingSeverity.Warning);
    }

    [Fact]
    public void A_tag_in_nearly_every_caption()
    {
        for (var i = 0; i < 10; i++)
        {
            Picture($"img/10_shs dog/{i}.png", seed: 10 + i);
            Caption($"img/10_shs dog/{i}.txt", "shs dog, red collar");
        }
        Assert.Empty(Lint());
        Caption("img/10_shs dog/a.txt", "shs dog, red collar");
        Assert.Contains("red collar (11)", Only(DatasetFindingId.CommonTag, FindingSeverity.Information).Items);
    }

    [Fact]
    public void A_repeated_tag()
    {
        Caption("img/10_shs dog/a.txt", "shs dog, Sitting, sitting");
        Only(DatasetFindingId.RepeatedTag, FindingSeverity.Information);
    }

    [Fact]
    public void Empty_tags()
    {
        Caption("img/10_shs dog/a.txt", "shs dog, sitting, , ,");
        Assert.Equal(3, Only(DatasetFindingId.EmptyTag, FindingSeverity.Warning).Value);
    }

    [Fact]
    public void Tags_that_exclude_each_other()
    {
        Caption("img/10_shs dog/a.txt", "shs dog, indoors, outdoors");
        Only(DatasetFindingId.ContradictoryTags, FindingSeverity.Information);
    }

    [Fact]
    public void Mirrored_writing()
    {
        Caption("img/10_shs dog/a.txt", "shs dog, text on a shirt");
        Assert.Empty(Lint());
        Set("FlipAug", true);
        Only(DatasetFindingId.MirroredText, FindingSeverity.Information);
    }

    [Fact]
    public void A_picture_that_is_none()
    {
        Bytes("img/10_shs dog/a.png", [.. "<html>not found</html>"u8]);
        Only(DatasetFindingId.CorruptImage, FindingSeverity.Error);
    }

    [Fact]
    public void A_picture_that_cannot_be_decoded()
    {
        facts[At("img/10_shs dog/a.png")] = new() { Fault = "cut short" };
        Assert.Equal("cut short", Only(DatasetFindingId.CorruptImage, FindingSeverity.Error).Message);
    }

    [Fact]
    public void An_extension_that_lies()
    {
        File.Move(At("img/10_shs dog/a.png"), At("img/10_shs dog/a.jpg"));
        Only(DatasetFindingId.WrongExtension, FindingSeverity.Warning);
    }

    [Theory]
    [InlineData("c.gif")]
    [InlineData("c.HEIC")]
    public void Kinds_that_are_never_trained(string name)
    {
        Bytes($"img/10_shs dog/{name}", [1]);
        Only(DatasetFindingId.UnsupportedFormat, FindingSeverity.Warning);
    }

    [Fact]
    public void An_extension_in_mixed_case()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows reads any case");
        Picture("img/10_shs dog/c.Png", seed: 3);
        Assert.Contains(".png", Only(DatasetFindingId.UnsupportedFormat, FindingSeverity.Warning).Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_pictures_with_one_caption()
    {
        Picture("img/10_shs dog/a.PNG", seed: 3);
        Assert.SkipWhen(Directory.GetFiles(At("img/10_shs dog"), "a.*").Length < 3, "this file system keeps one of them only");
        Has(DatasetFindingId.SameStem, FindingSeverity.Error);
    }

    [Fact]
    public void The_same_picture_twice_also_as_regularisation()
    {
        Set("RegDataDir", At("reg"));
        for (var i = 0; i < 19; i++)
            Picture($"reg/1_dog/{i}.png", seed: 20 + i);
        File.Copy(At("img/10_shs dog/a.png"), At("reg/1_dog/same.png"));
        Assert.Contains("regularisation", Only(DatasetFindingId.DuplicateImage, FindingSeverity.Warning).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nearly_the_same_picture()
    {
        var thumbnail = Enumerable.Range(0, 768).Select(i => (byte)(i % 200)).ToArray();
        facts[At("img/10_shs dog/a.png")] = new() { Thumbnail = thumbnail };
        facts[At("img/10_shs dog/b.png")] = new() { Thumbnail = [.. thumbnail.Select(b => (byte)(b + 1))] };
        Assert.Equal([At("img/10_shs dog/a.png"), At("img/10_shs dog/b.png")], Only(DatasetFindingId.NearDuplicateImage, FindingSeverity.Warning).Items);
        facts[At("img/10_shs dog/b.png")] = new() { Thumbnail = [.. thumbnail.Reverse()] };
        Assert.Empty(Lint());
    }

    [Fact]
    public void Plain_areas_are_not_nearly_the_same_picture()
    {
        foreach (var name in new[] { "a", "b" })
            facts[At($"img/10_shs dog/{name}.png")] = new() { Thumbnail = [.. Enumerable.Repeat((byte)200, 768)] };
        Assert.Empty(Lint());
    }

    [Fact]
    public void Pictures_turned_upright()
    {
        Picture("img/10_shs dog/a.png", seed: 1, orientation: 6);
        Only(DatasetFindingId.RotatedImages, FindingSeverity.Information);
    }

    [Fact]
    public void Pictures_left_lying()
    {
        Picture("img/10_shs dog/a.png", seed: 1, orientation: 6);
        var dataset = DatasetReader.Read(new DatasetSource { ImageFolder = At("img"), Settings = new() { ApplyOrientation = false } }, TestContext.Current.CancellationToken);
        Assert.Equal(DatasetFindingId.UnrotatedImages, Assert.Single(new DatasetLinter().Check(config, [dataset], null, TestContext.Current.CancellationToken)).Id);
    }

    [Fact]
    public void Transparent_pixels()
    {
        facts[At("img/10_shs dog/a.png")] = new() { LowestAlpha = 0 };
        Assert.Contains("over white", Only(DatasetFindingId.TransparentImages, FindingSeverity.Warning).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mask_that_shows_nothing()
    {
        Set("AlphaMask", true);
        facts[At("img/10_shs dog/a.png")] = new() { LowestAlpha = 0, HighestAlpha = 0 };
        Only(DatasetFindingId.EmptyMask, FindingSeverity.Warning);
    }

    [Fact]
    public void A_mask_that_no_picture_has()
    {
        Set("AlphaMask", true);
        Only(DatasetFindingId.NoMask, FindingSeverity.Warning);
    }

    [Fact]
    public void Sixteen_bits()
    {
        TestPicture.Png(At("img/10_shs dog/a.png"), depth: 16);
        Only(DatasetFindingId.SixteenBitImages, FindingSeverity.Warning);
    }

    [Fact]
    public void Four_printing_colours()
    {
        File.Delete(At("img/10_shs dog/a.png"));
        TestPicture.CmykJpegHeader(At("img/10_shs dog/a.jpg"));
        Only(DatasetFindingId.CmykImages, FindingSeverity.Warning);
    }

    [Fact]
    public void Grey_pictures()
    {
        TestPicture.Png(At("img/10_shs dog/a.png"), color: TestPicture.Grey);
        Only(DatasetFindingId.GreyImages, FindingSeverity.Information);
    }

    [Fact]
    public void Animations()
    {
        TestPicture.Png(At("img/10_shs dog/a.png"), isAnimated: true);
        Only(DatasetFindingId.AnimatedImages, FindingSeverity.Warning);
    }

    [Fact]
    public void Huge_pictures()
    {
        TestPicture.Png(At("img/10_shs dog/a.png"), 9600, 9600);
        Only(DatasetFindingId.HugeImage, FindingSeverity.Warning);
    }

    [Fact]
    public void Enlarged_pictures()
    {
        Set("BucketNoUpscale", false);
        TestPicture.Png(At("img/10_shs dog/a.png"), 256, 256);
        Assert.Equal(2, Only(DatasetFindingId.UpscaledImages, FindingSeverity.Warning).Value);
    }

    [Fact]
    public void A_picture_too_small_for_any_bucket()
    {
        TestPicture.Png(At("img/10_shs dog/a.png"), 40, 300);
        Only(DatasetFindingId.ImageTooSmall, FindingSeverity.Error);
    }

    [Fact]
    public void Much_cut_off()
    {
        // Without upscaling 120 x 512 becomes 64 x 512.
        TestPicture.Png(At("img/10_shs dog/a.png"), 120, 512);
        var finding = Only(DatasetFindingId.CroppedImages, FindingSeverity.Warning);
        Assert.Equal(1 - 64.0 / 120, finding.Value!.Value, 9);
        Assert.Contains("steps of 32", finding.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void Cut_to_the_resolution_without_buckets()
    {
        Set("EnableBucket", false);
        TestPicture.Png(At("img/10_shs dog/a.png"), 512, 600);
        Only(DatasetFindingId.CroppedWithoutBuckets, FindingSeverity.Information);
    }

    [Fact]
    public void Batches_that_are_not_full()
    {
        Set("TrainBatchSize", 16);
        Picture("img/10_shs dog/b.png", seed: 2, width: 512, height: 576);
        Directory.Move(At("img/10_shs dog"), At("img/17_shs dog"));
        // Two buckets of 17 samples: 2 full and 2 partial batches.
        Assert.Equal(8.5, Only(DatasetFindingId.PartialBatches, FindingSeverity.Warning).Value);
    }

    [Fact]
    public void A_batch_larger_than_every_bucket()
    {
        Set("TrainBatchSize", 32);
        Only(DatasetFindingId.BatchTooLarge, FindingSeverity.Warning);
    }

    [Fact]
    public void Regularisation_without_pictures()
    {
        Set("RegDataDir", At("reg"));
        Picture("reg/r.png", seed: 9);
        Has(DatasetFindingId.NoRegularizationImages, FindingSeverity.Error);
        Has(DatasetFindingId.ImagesAtTop, FindingSeverity.Error);
    }

    [Fact]
    public void Regularisation_that_is_left_out()
    {
        Set("RegDataDir", At("reg"));
        for (var i = 0; i < 25; i++)
            Picture($"reg/1_dog/{i}.png", seed: 20 + i);
        Assert.Equal(5, Only(DatasetFindingId.RegularizationImbalance, FindingSeverity.Warning).Value);
    }

    [Fact]
    public void Concepts_out_of_balance()
    {
        Picture("img/50_kit cat/c.png", seed: 3);
        Caption("img/50_kit cat/c.txt", "kit cat");
        var finding = Only(DatasetFindingId.ConceptImbalance, FindingSeverity.Warning);
        Assert.Equal(2.5, finding.Value);
        Assert.Contains("-StepsPerConcept 35", finding.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_that_contradict_each_other()
    {
        Set("BucketNoUpscale", false);
        Set("MinBucketReso", 1024);
        Assert.Equal("MinBucketReso", Has(DatasetFindingId.Setting, FindingSeverity.Error).Path);
    }

    [Fact]
    public void Messages_are_the_same_in_every_culture()
    {
        Set("TrainBatchSize", 16);
        Set("BucketNoUpscale", false);
        Picture("img/17_kit cat/c.png", seed: 2, width: 300, height: 333);
        var before = Lint().Select(f => f.Message).ToArray();
        var culture = Thread.CurrentThread.CurrentCulture;
        Thread.CurrentThread.CurrentCulture = new("de-DE");
        try
        {
            Assert.Equal(before, Lint().Select(f => f.Message));
        }
        finally
        {
            Thread.CurrentThread.CurrentCulture = culture;
        }
    }

    private IReadOnlyList<DatasetFinding> Lint() =>
        new DatasetLinter(new RecordedFacts(facts), new WordTokenizer()).Check(config, DatasetReader.Read(config, TestContext.Current.CancellationToken), null, TestContext.Current.CancellationToken);

    private DatasetFinding Only(DatasetFindingId id, FindingSeverity severity)
    {
        var finding = Assert.Single(Lint());
        Assert.Equal((id, severity), (finding.Id, finding.Severity));
        Assert.NotEmpty(finding.Remedy);
        return finding;
    }

    private DatasetFinding Has(DatasetFindingId id, FindingSeverity severity)
    {
        var finding = Lint().First(f => f.Id == id);
        Assert.Equal(severity, finding.Severity);
        return finding;
    }

    private void Set(string setting, object? value) => config = config.With(setting, value);

    private string At(string relative) => Path.Combine(root, Path.Combine(relative.Split('/')));

    private void Picture(string relative, int seed, int width = 512, int height = 512, int orientation = 1) => TestPicture.Png(At(relative), width, height, seed, orientation: orientation);

    private void Caption(string relative, string text) => Bytes(relative, Encoding.UTF8.GetBytes(text));

    private void Bytes(string relative, byte[] bytes)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(relative))!);
        File.WriteAllBytes(At(relative), bytes);
    }

    private sealed class RecordedFacts(Dictionary<string, PictureFacts> facts) : IPictureInspector
    {
        public PictureFacts Inspect(TrainingImage image) => facts.GetValueOrDefault(image.Path) ?? new();
    }

    private sealed class WordTokenizer : ICaptionTokenizer
    {
        public int Count(string caption) => caption.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length;
    }
}
