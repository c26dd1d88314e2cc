namespace KohyaPS.Core.Tests.Configuration;

public class OptimizerArgumentsTests
{
    [Theory]
    [InlineData(OptimizerType.AdamW, "weight_decy=0.1", "AdamW has no argument 'weight_decy'. Did you mean weight_decay?")]
    [InlineData(OptimizerType.AdamW, "lr=1e-3", "lr in OptimizerArgs is not taken: the learning rate has its own settings. Set LearningRate, UnetLr or TextEncoderLr instead.")]
    [InlineData(OptimizerType.AdamW, "amsgrad=true", "'amsgrad=true' in OptimizerArgs is not name=value: truth values are written True and False. Write it as weight_decay=0.01.")]
    [InlineData(OptimizerType.AdamW, "betas=0.9", "betas=0.9 does not fit AdamW: betas is 2 numbers with commas from 0 and below 1. Write it as betas=0.9,0.999.")]
    [InlineData(OptimizerType.AdamW, "weight_decay=True", "weight_decay=True does not fit AdamW: weight_decay is a number from 0 on. Write it as weight_decay=0.01.")]
    [InlineData(OptimizerType.AdamW8bit, "optim_bits=8", "optim_bits=8 does not fit AdamW8bit: optim_bits is 32 only. Write it as optim_bits=32.")]
    [InlineData(OptimizerType.SGD, "nesterov=True", "nesterov needs a momentum and no dampening. Add momentum=0.9 to OptimizerArgs and leave dampening out.")]
    public void A_wrong_argument_is_a_problem_with_its_cure(OptimizerType type, string argument, string expected)
    {
        OptimizerArguments.Read(new() { OptimizerType = type, OptimizerArgs = [argument] }, out var problems);

        Assert.Equal([expected], problems.Select(p => $"{p.Message} {p.Remedy}"));
    }

    [Fact]
    public void Every_optimizer_has_a_description_and_takes_no_arguments()
    {
        foreach (var type in Enum.GetValues<OptimizerType>())
        {
            OptimizerArguments.Read(new() { OptimizerType = type }, out var problems);
            Assert.Empty(problems);
        }
    }

    [Theory]
    [InlineData("adamw8bit", OptimizerType.AdamW8bit)]
    [InlineData("AdaFactor", OptimizerType.Adafactor)]
    [InlineData("torch.optim.Adamax", OptimizerType.Adamax)]
    [InlineData("bitsandbytes.optim.AdEMAMix8bit", OptimizerType.AdEMAMix8bit)]
    [InlineData("NADAM", OptimizerType.NAdam)]
    public void Names_count_in_any_case_and_as_classes(string name, OptimizerType expected) =>
        Assert.Equal(expected, SettingText.Choice(typeof(OptimizerType), name));

    [Fact]
    public void Warmup_init_turns_relative_step_on()
    {
        var settings = new OptimizerSettings { OptimizerType = OptimizerType.Adafactor, OptimizerArgs = ["relative_step=False", "warmup_init=True"] };

        Assert.True(settings.IsRelativeStep);
        Assert.False((settings with { OptimizerArgs = ["relative_step=False"] }).IsRelativeStep);
    }

    [Fact]
    public void Values_of_a_table_are_written_as_literals()
    {
        Assert.Equal("amsgrad=True", NamedValue.Write("amsgrad", true));
        Assert.Equal("betas=0.9,0.99", NamedValue.Write("betas", new object[] { 0.9, 0.99 }));
        Assert.Equal("betas=0.9,0.99", NamedValue.Write("betas", "0.9,0.99"));
        Assert.Equal("step_rules='1:10,0.1'", NamedValue.Write("step_rules", "1:10,0.1"));
        Assert.Equal("beta1=None", NamedValue.Write("beta1", null));
    }
}
