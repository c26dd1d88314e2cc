using KohyaPS.Engine.Networks;
using KohyaPS.Engine.Training.Optimizers;
using KohyaPS.Engine.Training.Saving;
using KohyaPS.Engine.Training.Setup;

namespace KohyaPS.Engine.Tests.Optimizers;

public class OptimizerChoiceTests
{
    [Fact]
    public void Parameters_below_4096_elements_keep_moments_of_32_bits()
    {
        using var group = new ParameterGroup(new(1e-3, "unet"), [("small", [4, 320]), ("large", [16, 320])]);
        using var optimizer = Create(OptimizerType.AdamW8bit, group);

        Assert.Equal(["absmax1 20", "absmax2 20", "state1 1280", "state1.codes 5120", "state2 1280", "state2.codes 5120"],
            optimizer.Groups[0].States.Select(s => $"{s.Name} {s.Value.numel()}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_old_program_has_blocks_of_2048()
    {
        using var group = new ParameterGroup(new(1e-3, "unet"), [("a", [5000]), ("b", [4096])]);
        var config = new LoraConfig { Optimizer = new() { OptimizerType = OptimizerType.Lion8bit }, Runtime = new() { Compatibility = Compatibility.Kohya2188 } };
        using var optimizer = OptimizerChoice.Create(config, [group]);

        Assert.Equal(3 + 2, optimizer.Groups[0].States.Single(s => s.Name == "absmax1").Value.numel());
    }

    [Fact]
    public void Relative_steps_leave_no_rates_in_the_metadata()
    {
        var config = new LoraConfig { Optimizer = new() { OptimizerType = OptimizerType.Adafactor, LearningRate = 1e-4 } };

        Assert.Equal("transformers.optimization.Adafactor(relative_step=True)", OptimizerText.Of(config.Optimizer));
        Assert.Equal("adafactor:0.0001", OptimizerText.Schedule(config));
    }

    [Fact]
    public void A_wrong_argument_ends_the_set_up_with_its_cure()
    {
        using var group = new ParameterGroup(new(1e-3, "unet"), [("a", [4, 4])]);
        var refusal = Assert.Throws<TrainingException>(() => Create(OptimizerType.Lion, group, "beta=0.9,0.99"));

        Assert.Equal("Lion has no argument 'beta'. Did you mean betas?", refusal.Message);
    }

    private static FlatOptimizer Create(OptimizerType type, ParameterGroup group, params string[] arguments) =>
        OptimizerChoice.Create(new() { Optimizer = new() { OptimizerType = type, OptimizerArgs = arguments } }, [group]);
}
