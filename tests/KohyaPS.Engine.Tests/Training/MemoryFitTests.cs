using KohyaPS.Engine.Training.Planning;

namespace KohyaPS.Engine.Tests.Training;

/// <summary>What a memory limit chooses, with a forecast of 12 GiB, 9 with checkpointing, 5 with int8 as well.</summary>
public class MemoryFitTests
{
    [Theory]
    [InlineData(null, false, BaseStorage.Full)]
    [InlineData(12.0, false, BaseStorage.Full)]
    [InlineData(11.0, true, BaseStorage.Full)]
    [InlineData(8.0, true, BaseStorage.Int8)]
    public void The_first_rung_that_fits_is_taken_and_said(double? limit, bool checkpointing, BaseStorage storage)
    {
        var problems = new List<ConfigProblem>();
        var (config, memory) = MemoryFit.Choose(new() { Runtime = new() { MemoryLimit = limit } }, Forecast, problems);
        Assert.Equal(checkpointing, config.Training.GradientCheckpointing);
        Assert.Equal(storage, config.Runtime.BaseStorage);
        Assert.Equal(Forecast(config).Total, memory.Total);
        Assert.Equal(checkpointing ? 1 : 0, problems.Count);
        Assert.All(problems, problem => Assert.True(problem.IsWarning));
    }

    [Fact]
    public void A_limit_that_nothing_meets_is_refused_with_what_is_needed()
    {
        var problems = new List<ConfigProblem>();
        MemoryFit.Choose(new() { Runtime = new() { MemoryLimit = 4 } }, Forecast, problems);
        var problem = Assert.Single(problems);
        Assert.False(problem.IsWarning);
        Assert.Equal("MemoryLimit", problem.Setting);
        Assert.Contains("5 GiB", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, "this machine")]
    [InlineData(true, "the card")]
    public void More_than_there_is_is_said_with_the_limit_to_set(bool isOnCard, string place)
    {
        var problems = new List<ConfigProblem>();
        MemoryFit.Choose(new(), config => Forecast(config) with { IsOnCard = isOnCard, Available = (long)(11.5 * (1L << 30)) }, problems);
        var problem = Assert.Single(problems);
        Assert.True(problem.IsWarning);
        Assert.Contains($"more than the 11.5 GiB of {place}", problem.Message, StringComparison.Ordinal);
        Assert.Contains("MemoryLimit to 11 ", problem.Remedy, StringComparison.Ordinal);
        problems.Clear();
        MemoryFit.Choose(new(), config => Forecast(config) with { Available = 12L << 30 }, problems);
        Assert.Empty(problems);
    }

    [Fact]
    public void A_limit_above_what_there_is_is_said_and_no_cure_that_would_not_help()
    {
        var problems = new List<ConfigProblem>();
        var config = new LoraConfig { Runtime = new() { MemoryLimit = 64 }, Network = new() { NetworkTrainUnetOnly = true } };
        MemoryFit.Choose(config, c => Forecast(c) with { Available = 4L << 30 }, problems);
        var problem = Assert.Single(problems);
        Assert.Contains("12 GiB are expected", problem.Message, StringComparison.Ordinal);
        Assert.Equal("Lower Resolution or TrainBatchSize.", problem.Remedy);
    }

    [Fact]
    public void What_must_stay_whole_is_not_rounded()
    {
        var problems = new List<ConfigProblem>();
        var config = new LoraConfig { Runtime = new() { MemoryLimit = 8 }, Network = new() { BaseWeights = ["a.safetensors"] } };
        MemoryFit.Choose(config, Forecast, problems);
        Assert.Contains(problems, problem => !problem.IsWarning && problem.Message.Contains("9 GiB", StringComparison.Ordinal));
    }

    private static MemoryForecast Forecast(LoraConfig config) => new()
    {
        Weights = (config.Runtime.BaseStorage == BaseStorage.Int8 ? 2L : 6L) << 30,
        Network = 1L << 30,
        Activations = (config.Training.GradientCheckpointing ? 1L : 4L) << 30,
        Caches = 0,
        Process = 1L << 30,
    };
}
