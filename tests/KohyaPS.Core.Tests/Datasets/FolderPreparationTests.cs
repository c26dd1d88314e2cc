namespace KohyaPS.Core.Tests.Datasets;

public sealed class FolderPreparationTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("prepare").FullName;

    public FolderPreparationTests()
    {
        Write("src/a.png", "A", 2001);
        Write("src/b.JPG", "B", 2002);
        Write("src/a.txt", "caption", 2003);
        Write("src/sub/.hidden", "h", 2004);
        Directory.CreateDirectory(At("src/empty"));
        Write("reg/r.webp", "R", 2005);
    }

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public void Every_file_is_copied_with_its_bytes_and_time_stamp_and_the_source_stays_as_it_was()
    {
        var before = Tree("src");
        Prepare(Plan(with => with with { RegularizationSource = At("reg"), RegularizationRepeats = 2 }));

        Assert.Equal(before, Tree("src"));
        Assert.Equal(before, Tree("dst/img/40_shs dog"));
        Assert.Equal(Tree("reg"), Tree("dst/reg/2_dog"));
        Assert.Equal(["img", "log", "model", "reg"], Names("dst"));
    }

    [Fact]
    public void Without_regularisation_pictures_no_reg_folder_is_made()
    {
        Prepare(Plan());
        Assert.Equal(["img", "log", "model"], Names("dst"));
    }

    [Fact]
    public void A_second_run_finds_nothing_to_do()
    {
        Prepare(Plan());
        var before = Tree("dst");
        var copied = 0;

        var again = Plan();
        Prepare(again, (_, _) => copied++);

        Assert.Equal(PreparedFolderState.Current, Assert.Single(again.Folders).State);
        Assert.Equal(0, copied);
        Assert.Equal(before, Tree("dst"));
    }

    [Fact]
    public void Planning_makes_nothing()
    {
        Assert.Empty(Plan().Problems);
        Assert.False(Directory.Exists(At("dst")));
    }

    [Fact]
    public void Another_content_is_replaced_only_by_force_and_whole()
    {
        Write("dst/img/40_shs dog/old.png", "old", 2010);
        var refused = Plan();
        Assert.Equal(PreparationProblemKind.TargetExists, Assert.Single(refused.Problems).Kind);
        Assert.Throws<DatasetException>(() => Prepare(refused));
        Assert.Equal(["old.png"], Names("dst/img/40_shs dog"));

        Prepare(Plan(with => with with { Force = true }));

        Assert.Equal(Tree("src"), Tree("dst/img/40_shs dog"));
        Assert.Equal(["40_shs dog"], Names("dst/img"));
    }

    [Theory]
    [InlineData("", "dog", PreparationProblemKind.NameMissing)]
    [InlineData("shs", "  ", PreparationProblemKind.NameMissing)]
    [InlineData("a/b", "dog", PreparationProblemKind.InvalidName)]
    [InlineData("a\\b", "dog", PreparationProblemKind.InvalidName)]
    [InlineData("what?", "dog", PreparationProblemKind.InvalidName)]
    [InlineData("a\tb", "dog", PreparationProblemKind.InvalidName)]
    [InlineData("shs", "dog.", PreparationProblemKind.InvalidName)]
    [InlineData("shs", "\ud800", PreparationProblemKind.InvalidName)]
    public void Words_that_no_folder_may_be_called_are_refused(string instance, string concept, PreparationProblemKind kind)
    {
        var plan = Plan(with => with with { Instance = instance, Class = concept });
        Assert.Equal(kind, Assert.Single(plan.Problems).Kind);
    }

    [Fact]
    public void A_name_too_long_for_a_file_system_is_refused()
    {
        var plan = Plan(with => with with { Instance = new string('し', 80) });
        Assert.Equal(PreparationProblemKind.InvalidName, Assert.Single(plan.Problems).Kind);
    }

    [Fact]
    public void All_problems_are_reported_at_once()
    {
        var plan = Plan(with => with with { Instance = "", Source = At("nowhere"), Repeats = 0 });
        Assert.Equal(
            [PreparationProblemKind.NameMissing, PreparationProblemKind.InvalidRepeats, PreparationProblemKind.SourceNotFound],
            plan.Problems.Select(p => p.Kind));
    }

    [Theory]
    [InlineData("dst/img/40_shs dog", "dst")]          // the same
    [InlineData("src", "src/out")]                     // the copy would hold itself
    [InlineData("dst/img/40_shs dog/inner", "dst")]    // replacing the target would remove the pictures
    public void Pictures_and_copies_must_lie_apart(string source, string destination)
    {
        Write($"{source}/a.png", "A", 2001);
        var plan = Plan(with => with with { Source = At(source), Destination = At(destination), Force = true });
        Assert.Equal(PreparationProblemKind.FoldersOverlap, Assert.Single(plan.Problems).Kind);
    }

    [Fact]
    public void An_overlap_through_a_link_is_seen()
    {
        Directory.CreateSymbolicLink(At("link"), At("src"));
        var plan = Plan(with => with with { Destination = At("link/out") });
        Assert.Equal(PreparationProblemKind.FoldersOverlap, Assert.Single(plan.Problems).Kind);
    }

    [Fact]
    public void A_link_that_goes_in_a_circle_is_refused()
    {
        Directory.CreateSymbolicLink(At("src/sub/up"), At("src"));
        Assert.Equal(PreparationProblemKind.SourceUnreadable, Assert.Single(Plan().Problems).Kind);
    }

    [Fact]
    public void A_file_in_the_way_is_named()
    {
        Write("dst/log", "a file", 2001);
        var problem = Assert.Single(Plan().Problems);
        Assert.Equal((PreparationProblemKind.DestinationOccupied, At("dst/log")), (problem.Kind, problem.Subject));
    }

    [Fact]
    public void A_folder_without_pictures_is_refused()
    {
        Write("texts/a.txt", "a", 2001);
        Assert.Equal(PreparationProblemKind.NoImages, Assert.Single(Plan(with => with with { Source = At("texts") }).Problems).Kind);
    }

    [Fact]
    public void Older_folders_with_other_repeats_are_warned_of()
    {
        Write("dst/img/20_shs dog/old.png", "old", 2001);
        Assert.Contains("20_shs dog", Assert.Single(Plan().Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Stopping_in_the_middle_leaves_nothing_behind()
    {
        using var stop = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => FolderPreparer.Prepare(Plan(), (_, _) => stop.Cancel(), stop.Token));
        Assert.False(Directory.Exists(At("dst")));
    }

    [Fact]
    public void What_a_killed_run_left_behind_is_cleared_away()
    {
        Write("dst/img/.40_shs dog.partial/half.png", "h", 2001);
        Prepare(Plan());
        Assert.Equal(["40_shs dog"], Names("dst/img"));
        Assert.Equal(Tree("src"), Tree("dst/img/40_shs dog"));
    }

    [Fact]
    public void When_one_folder_cannot_be_put_in_place_the_others_stay_as_they_were()
    {
        Write("dst/img/40_shs dog/old.png", "old", 2001);
        var before = Tree("dst/img");
        var plan = Plan(with => with with { RegularizationSource = At("reg"), RegularizationRepeats = 2, Force = true });
        using var refused = new Files.RefusedPath(changed => changed == At("dst/reg/2_dog"));
        Assert.Contains("2_dog", Assert.Throws<DatasetException>(() => Prepare(plan)).Message, StringComparison.Ordinal);
        Assert.Equal(before, Tree("dst/img"));
        Assert.Equal(["img"], Names("dst"));
    }

    private static void Prepare(FolderPreparationPlan plan, Action<int, int>? copied = null) =>
        FolderPreparer.Prepare(plan, copied, TestContext.Current.CancellationToken);

    private FolderPreparationPlan Plan(Func<FolderPreparation, FolderPreparation>? change = null) => FolderPreparationPlan.Create(
        (change ?? (p => p))(new() { Source = At("src"), Destination = At("dst"), Instance = "shs", Class = "dog" }));

    private string At(string relative) => Path.Combine(root, Path.Combine(relative.Split('/')));

    private void Write(string relative, string text, int year)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(relative))!);
        File.WriteAllText(At(relative), text);
        File.SetLastWriteTimeUtc(At(relative), new DateTime(year, 1, 2, 3, 4, 5, 678, DateTimeKind.Utc).AddTicks(9));
    }

    private string[] Names(string relative) =>
        [.. Directory.GetFileSystemEntries(At(relative)).Select(e => Path.GetFileName(e)!).Order(StringComparer.Ordinal)];

    /// <summary>Every file with its bytes and time, every folder.</summary>
    private string[] Tree(string relative) => [.. Directory
        .GetFileSystemEntries(At(relative), "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
        .Select(e => Path.GetRelativePath(At(relative), e) + (File.Exists(e) ? $" {File.ReadAllText(e)} {File.GetLastWriteTimeUtc(e).Ticks}" : "/"))
        .Order(StringComparer.Ordinal)];
}
