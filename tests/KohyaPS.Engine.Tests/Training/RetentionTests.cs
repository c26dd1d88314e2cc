using KohyaPS.Engine.Training.Saving;

namespace KohyaPS.Engine.Tests.Training;

public sealed class RetentionTests
{
    // Every 200, last 300: at step 800 what is older than 500 goes, and 600 and 800 stay.
    [Fact]
    public void Step_limits_count_steps() =>
        Assert.Equal([200, 400], Retention.ExpiredSteps([200, 400, 600, 800], newest: 800, every: 200, limit: 300));

    // Every 10, last 30: at step 50 exactly 50 - 30 = 20 stays.
    [Fact]
    public void The_step_at_the_limit_stays() =>
        Assert.Equal([10], Retention.ExpiredSteps([10, 20, 30, 40, 50], newest: 50, every: 10, limit: 30));

    // Every 2 epochs, last 3: at epoch 8 epoch 2 goes; 4, 6 and 8 stay.
    [Fact]
    public void Epoch_limits_count_saves() =>
        Assert.Equal([2], Retention.ExpiredEpochs([2, 4, 6, 8], newest: 8, every: 2, limit: 3));

    [Fact]
    public void Without_a_limit_and_of_other_series_everything_stays()
    {
        Assert.Empty(Retention.ExpiredSteps([200, 400], newest: 800, every: 200, limit: null));
        Assert.Empty(Retention.ExpiredSteps([150], newest: 800, every: 200, limit: 100));
    }

    [Fact]
    public void Only_names_of_the_schedule_are_seen()
    {
        var folder = Directory.CreateTempSubdirectory("kohyaps-retention-").FullName;
        try
        {
            foreach (var name in new[] { "dog-step00000200-state", "dog-saved-step00000100-state", "dog-step200-state", "dogs-step00000300-state" })
                Directory.CreateDirectory(Path.Combine(folder, name));
            Assert.Equal([200], Retention.Existing(folder, n => SaveNames.OfStep(new FoldersSettings { OutputName = "dog" }, n), "dog-step", SaveNames.State("")));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
