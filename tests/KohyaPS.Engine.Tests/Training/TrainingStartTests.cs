using KohyaPS.Engine.Training;

namespace KohyaPS.Engine.Tests.Training;

public sealed class TrainingStartTests
{
    // 7 batches, 3 in a step: steps of 3, 3 and 1 batches.
    private static readonly TrainingLength Length = StepArithmetic.Compute(
        new LoraConfig().With("max_train_steps", 12).With("gradient_accumulation_steps", 3), 7, 7, hasRegularization: false);

    [Theory]
    [InlineData(null, null, false, 0, 1, 0)]
    [InlineData(5, null, false, 5, 2, 0)]     // step 5 lies in the second epoch, which begins with its first picture
    [InlineData(5, null, true, 5, 2, 6)]      // two steps of three batches are skipped
    [InlineData(null, 3, false, 6, 3, 0)]
    [InlineData(4, 3, true, 4, 2, 3)]         // the step wins over the epoch
    public void A_training_begins_where_it_is_told(int? step, int? epoch, bool skips, int atStep, int inEpoch, int atBatch)
    {
        var settings = new TrainingSettings { InitialStep = step, InitialEpoch = epoch, SkipUntilInitialStep = skips, GradientAccumulationSteps = 3 };
        var start = TrainingStart.Of(settings, Length, null);
        Assert.Equal(new TrainingPosition(atStep, inEpoch, atBatch), start.Position);
        Assert.Equal(0, start.ScheduleStep);
    }
}
