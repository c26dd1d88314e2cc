using KohyaPS.Engine.Training.Schedules;
using KohyaPS.Engine.Training.Setup;

namespace KohyaPS.Engine.Tests.Schedules;

public class ScheduleChoiceTests
{
    private const int Steps = 40;

    private static LearningRateSchedule Schedule(params (string Name, object Value)[] settings)
    {
        var config = settings.Aggregate(new LoraConfig().With("MaxTrainSteps", Steps).With("LrWarmupSteps", 0), (made, setting) => made.With(setting.Name, setting.Name == "LrSchedulerArgs" ? ((string)setting.Value).Split(' ') : setting.Value));
        return ScheduleChoice.Create(config, StepArithmetic.Compute(config, 1, Steps, false), groups: 2);
    }

    [Theory]
    [InlineData("CosineAnnealingLR", "T_max=7 eta_min=1e-6")]
    [InlineData("cosineannealinglr", "T_max=7 eta_min=1e-6")]
    [InlineData("TORCH.optim.lr_scheduler.cosineAnnealingLR", "T_max=7 eta_min=1e-6")]
    [InlineData("Get_Linear_schedule_with_warmup", "num_warmup_steps=5 num_training_steps=40")]
    [InlineData("CosineAnnealingWarmRestarts", "T_0=3 T_mult=2")]
    [InlineData("OneCycleLR", "max_lr=1e-3 total_steps=40")]
    [InlineData("CyclicLR", "base_lr=1e-5 max_lr=1e-4 step_size_up=5 mode='exp_range' gamma=0.9")]
    [InlineData("PolynomialLR", "total_iters=30 power=2.0")]
    [InlineData("LinearLR", "total_iters=9")]
    public void A_rate_depends_on_its_step_only_so_that_a_resumed_training_goes_on_with_it(string type, string arguments)
    {
        (string, object)[] settings = [("LrSchedulerType", type), ("LrSchedulerArgs", arguments)];
        var whole = Schedule(settings);
        var rates = Enumerable.Range(0, Steps).Select(k => whole.Rate(k, 0, 1e-4)).ToList();
        for (var step = Steps - 1; step >= 0; step -= 13)
            Assert.Equal(rates[step], Schedule(settings).Rate(step, 0, 1e-4));
        Assert.True(rates.Distinct().Count() > 5);
    }

    [Fact]
    public void Groups_keep_their_own_rates()
    {
        var schedule = Schedule(("LrScheduler", "linear"));
        Assert.Equal((0.5e-4, 0.25e-4), (schedule.Rate(Steps / 2, 0, 1e-4), schedule.Rate(Steps / 2, 1, 0.5e-4)));
    }

    [Fact]
    public void One_cycle_moves_the_momentum_against_the_rate_unless_told_not_to()
    {
        var schedule = Schedule(("LrSchedulerType", "OneCycleLR"), ("LrSchedulerArgs", "max_lr=1e-3 total_steps=40 pct_start=0.5"));
        Assert.Equal((0.95, 0.85), (schedule.Momentum(0)!.Value, Math.Round(schedule.Momentum(19)!.Value, 12)));
        Assert.Null(Schedule(("LrSchedulerType", "OneCycleLR"), ("LrSchedulerArgs", "max_lr=1e-3 total_steps=40 cycle_momentum=False")).Momentum(0));
    }

    [Fact]
    public void A_list_of_rates_must_fit_the_groups()
    {
        var error = Assert.Throws<TrainingException>(() => Schedule(("LrSchedulerType", "OneCycleLR"), ("LrSchedulerArgs", "max_lr=[1e-3,1e-4,1e-5] total_steps=40")));
        Assert.Contains("3 rates, but the network has 2 parameter groups", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Adafactor")]
    [InlineData("AdamWScheduleFree")]
    public void Optimizers_with_a_schedule_of_their_own_get_a_constant_rate(string optimizer)
    {
        var schedule = Schedule(("OptimizerType", optimizer), ("LrScheduler", "cosine"), ("LrWarmupSteps", 10));
        Assert.All(Enumerable.Range(0, Steps), k => Assert.Equal(1e-4, schedule.Rate(k, 0, 1e-4)));
    }
}
