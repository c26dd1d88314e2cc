using KohyaPS.Datasets;

namespace KohyaPS.Core.Tests.Datasets;

public sealed class DatasetBalanceTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("balance").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public void Twenty_and_forty_pictures_get_50_and_25_repeats_at_1000_steps()
    {
        Concept("10_dog", 20);
        Concept("10_cat", 40);

        new DatasetBalancer().Apply(BalancePlan.Create(root, 1000));

        Assert.Equal(["25_cat", "50_dog"], Names());
    }

    [Theory]
    [InlineData(7, 143)]     // 142.86
    [InlineData(16, 62)]     // 62.5, half to even
    [InlineData(80, 12)]     // 12.5, half to even
    [InlineData(667, 1)]     // 1.499
    [InlineData(2000, 1)]    // 0.5, at least 1
    public void Repeats_are_steps_by_pictures_rounded_half_to_even(int images, int repeats)
    {
        Concept("1_x", images);
        var entry = Assert.Single(BalancePlan.Create(root, 1000).Entries);
        Assert.Equal(repeats, entry.NewRepeats);
        Assert.Equal((long)repeats * images, entry.Steps);
        Assert.Equal((repeats * images - 1000) / 10.0, entry.DeviationPercent, 9);
    }

    [Fact]
    public void Planning_changes_nothing()
    {
        Concept("10_dog", 3);
        _ = BalancePlan.Create(root, 1000);
        Assert.Equal(["10_dog"], Names());
    }

    [Fact]
    public void A_weight_in_braces_multiplies_the_repeats_and_leaves_the_name()
    {
        Concept("{1.5}1_a", 80);
        new DatasetBalancer().Apply(BalancePlan.Create(root, 1000));
        Assert.Equal(["19_a"], Names());
    }

    [Fact]
    public void A_folder_without_repeats_is_left_alone_unless_asked_for()
    {
        Concept("dog", 20);
        Assert.Equal(BalanceAction.SkippedName, Assert.Single(BalancePlan.Create(root, 1000).Entries).Action);
        Assert.Equal("50_dog", Assert.Single(BalancePlan.Create(root, 1000, includeUnnumbered: true).Entries).NewName);
    }

    [Fact]
    public void Files_and_empty_folders_are_left_alone()
    {
        Concept("5_empty", 0);
        File.WriteAllText(Path.Combine(root, "10_notes.txt"), "n");
        Assert.Equal([BalanceAction.SkippedFile, BalanceAction.SkippedEmpty], BalancePlan.Create(root, 1000).Entries.Select(e => e.Action));
    }

    [Fact]
    public void A_name_that_two_folders_would_get_is_found_before_anything_is_renamed()
    {
        Concept("5_cat", 50);
        Concept("9_cat", 50);
        Concept("1_dog", 10);
        var plan = BalancePlan.Create(root, 1000);

        Assert.Equal(["5_cat", "9_cat"], plan.Collisions.Select(c => c.Name));
        Assert.Throws<DatasetException>(() => new DatasetBalancer().Apply(plan));
        Assert.Equal(["1_dog", "5_cat", "9_cat"], Names());
    }

    [Fact]
    public void A_new_name_that_a_left_alone_entry_has_is_a_collision()
    {
        Concept("5_cat", 50);
        File.WriteAllText(Path.Combine(root, "20_cat"), "a file");
        Assert.Equal("5_cat", Assert.Single(BalancePlan.Create(root, 1000).Collisions).Name);
    }

    [Fact]
    public void Leaving_a_folder_out_of_the_plan_may_bring_a_collision()
    {
        Concept("5_cat", 10);
        Concept("9_cat", 18);
        var plan = BalancePlan.Create(root, 90);
        Assert.Empty(plan.Collisions);
        Assert.Equal(2, plan.Only(e => e.Name == "5_cat").Collisions.Count());
    }

    [Fact]
    public void A_run_killed_between_any_two_moves_is_finished_by_the_next()
    {
        // 5_cat and 9_cat exchange names, 3_dog gets another: six moves.
        for (var killedAfter = 0; killedAfter <= 6; killedAfter++)
        {
            var folder = Directory.CreateDirectory(Path.Combine(root, $"k{killedAfter}")).FullName;
            Concept($"k{killedAfter}/5_cat", 10);
            Concept($"k{killedAfter}/9_cat", 18);
            Concept($"k{killedAfter}/3_dog", 9);
            var moves = 0;
            var killed = new DatasetBalancer((from, to) =>
            {
                // Not an IOException: what a kill leaves behind, without the going back after an ordinary failure.
                if (moves++ == killedAfter)
                    throw new InvalidOperationException("killed");
                Directory.Move(from, to);
            });
            if (killedAfter < 6)
            {
                Assert.Throws<InvalidOperationException>(() => killed.Apply(BalancePlan.Create(folder, 90)));
                Assert.True(DatasetBalancer.IsUnfinished(folder));
                Assert.Throws<DatasetException>(() => BalancePlan.Create(folder, 90));
                new DatasetBalancer().Finish(folder);
            }
            else
            {
                killed.Apply(BalancePlan.Create(folder, 90));
            }

            Assert.False(DatasetBalancer.IsUnfinished(folder));
            Assert.Equal(["10_dog", "5_cat", "9_cat"], Names(folder));
            Assert.Equal(18, Directory.GetFiles(Path.Combine(folder, "5_cat")).Length);
            Assert.Equal(10, Directory.GetFiles(Path.Combine(folder, "9_cat")).Length);
        }
    }

    [Fact]
    public void A_folder_in_use_brings_all_others_back_to_their_old_names()
    {
        Concept("5_cat", 10);
        Concept("9_dog", 18);
        var balancer = new DatasetBalancer((from, to) =>
        {
            if (from.EndsWith("9_dog", StringComparison.Ordinal))
                throw new IOException("in use");
            Directory.Move(from, to);
        });

        Assert.Throws<DatasetException>(() => balancer.Apply(BalancePlan.Create(root, 90)));

        Assert.Equal(["5_cat", "9_dog"], Names());
        Assert.False(DatasetBalancer.IsUnfinished(root));
    }

    [Fact]
    public void A_journal_that_leads_outside_the_folder_is_refused()
    {
        File.WriteAllText(Path.Combine(root, ".kohyaps-balance.leaving.json"), """{"Renames":[{"From":"a","To":"../b"}]}""");
        Assert.Contains("plain folder name", Assert.Throws<DatasetException>(() => new DatasetBalancer().Finish(root)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    [InlineData(double.NaN)]
    [InlineData(1e12)]
    public void Steps_that_cannot_be_reached_are_refused(double steps) =>
        Assert.Throws<DatasetException>(() => BalancePlan.Create(root, steps));

    private void Concept(string name, int images)
    {
        var folder = Directory.CreateDirectory(Path.Combine(root, name)).FullName;
        for (var i = 0; i < images; i++)
            File.WriteAllText(Path.Combine(folder, $"{i}.png"), "");
    }

    private string[] Names(string? folder = null) =>
        [.. Directory.GetFileSystemEntries(folder ?? root).Select(e => Path.GetFileName(e)!).Order(StringComparer.Ordinal)];
}
