namespace KohyaPS.Core.Tests.Training;

public sealed class StepArithmeticTests
{
    private static LoraConfig Config(params (string Setting, object? Value)[] settings) =>
        settings.Aggregate(new LoraConfig(), (config, setting) => config.With(setting.Setting, setting.Value));

    [Fact]
    public void Accumulation_makes_fewer_steps_and_the_warm_up_counts_steps()
    {
        // 40 pictures, batch 1, accumulation 4, 2 epochs: 20 updates, of which 10 % warm up.
        var length = StepArithmetic.Compute(Config(("epoch", 2), ("gradient_accumulation_steps", 4)), 40, 40, false);
        Assert.Equal((20, 2, 2, 10), (length.TotalSteps, length.WarmupSteps, length.Epochs, length.StepsPerEpoch));
        Assert.Equal(LengthLimit.Epoch, length.LimitedBy);
    }

    [Fact]
    public void The_last_group_of_an_epoch_makes_a_step_although_it_is_not_full()
    {
        var length = StepArithmetic.Compute(Config(("max_train_epochs", 3), ("gradient_accumulation_steps", 4)), 10, 10, false);
        Assert.Equal((3, 9), (length.StepsPerEpoch, length.TotalSteps));
    }

    [Fact]
    public void Regularisation_doubles_the_steps_of_the_formula()
    {
        // 20 pictures × 10 repeats, batch 2, one epoch, as many regularisation pictures.
        var length = StepArithmetic.Compute(Config(("train_batch_size", 2)), 200, 200, true);
        Assert.Equal((200, 1), (length.TotalSteps, length.Epochs));
        Assert.Contains("200 pictures × repeats / 2 batch size", length.Equation, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(5, 1000, 50, LengthLimit.MaxTrainEpochs)]
    [InlineData(5, 42, 42, LengthLimit.MaxTrainSteps)]
    public void Of_steps_and_epochs_the_one_that_comes_first_ends_the_training(int epochs, int steps, int expected, LengthLimit limit)
    {
        var length = StepArithmetic.Compute(Config(("max_train_epochs", epochs), ("max_train_steps", steps)), 10, 10, false);
        Assert.Equal((expected, limit), (length.TotalSteps, length.LimitedBy));
    }

    [Fact]
    public void Kohya_lets_epochs_override_steps()
    {
        var length = StepArithmetic.Compute(Config(("max_train_epochs", 5), ("max_train_steps", 42), ("compatibility", "kohya2188")), 10, 10, false);
        Assert.Equal((50, LengthLimit.MaxTrainEpochs), (length.TotalSteps, length.LimitedBy));
    }

    [Theory]
    [InlineData("0.1", 160)]
    [InlineData("99.9%", 1598)]
    [InlineData("1", 1)]
    [InlineData("1.0", 1)]
    [InlineData("100", 100)]
    [InlineData("100%", 1600)]
    [InlineData("2000", 2000)]
    [InlineData("0.0499", 79)]
    public void A_warm_up_is_steps_or_a_share(string text, int expected) =>
        Assert.Equal(expected, StepArithmetic.Compute(Config(("lr_warmup_steps", text), ("max_train_steps", 1600)), 1, 300, false).WarmupSteps);

    [Fact]
    public void A_share_of_a_step_is_rounded_down_and_by_the_old_GUI_to_the_nearest()
    {
        Assert.Equal(3, StepArithmetic.Compute(Config(("lr_warmup_steps", "10%"), ("max_train_steps", 35)), 1, 300, false).WarmupSteps);
        Assert.Equal(4, StepArithmetic.Compute(Config(("lr_warmup_steps", "10%"), ("max_train_steps", 35), ("compatibility", "kohya2188")), 1, 300, false).WarmupSteps);
    }

    [Fact]
    public void Schedules_without_warm_up_get_none_unless_asked()
    {
        Assert.Equal(0, StepArithmetic.Compute(Config(("lr_scheduler", "constant"), ("max_train_steps", 100)), 1, 1, false).WarmupSteps);
        Assert.Equal(10, StepArithmetic.Compute(Config(("lr_scheduler", "constant_with_warmup"), ("max_train_steps", 100)), 1, 1, false).WarmupSteps);
    }

    [Fact]
    public void A_training_may_end_inside_its_last_epoch()
    {
        var length = StepArithmetic.Compute(Config(("max_train_steps", 1600)), 300, 300, false);
        Assert.Equal((6, true), (length.Epochs, length.LastEpochIsPartial));
    }

    [Theory]
    [InlineData(4, 2)]   // 10 epochs / 4 saves
    [InlineData(20, 1)]
    public void A_number_of_saves_becomes_a_distance_of_epochs(int ratio, int every) =>
        Assert.Equal(every, StepArithmetic.Compute(Config(("max_train_epochs", 10), ("save_n_epoch_ratio", ratio)), 10, 10, false).SaveEveryNEpochs);
}
