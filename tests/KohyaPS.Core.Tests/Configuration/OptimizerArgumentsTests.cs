namespace KohyaPS.Core.Tests.Configuration;

public class OptimizerArgumentsTests
{
    [Theory]
    [InlineData(OptimizerType.AdamW, "weight_decy=0.1", "AdamW has no argument 'weight_decy'. Did you mean weight_decay?")]
    [InlineData(OptimizerType.AdamW, "lr=1e-3", "lr in OptimizerArgs is not taken: the learning rate has its own settings. Set LearningRate, UnetLr or TextEncoderLr instead.")]
    [InlineData(OptimizerType.AdamW, "amsgrad=true", "'amsgrad=true' in OptimizerArgs is not name=value: truth values are written True and False. Write it as amsgrad=True.")]
    [InlineData(OptimizerType.AdamW, "weight_decay=0.1 betas=0.9,0.99", "'weight_decay=0.1 betas=0.9,0.99' in OptimizerArgs is not name=value: it has more than one equals sign. Give each as a text of its own: 'weight_decay=0.1', 'betas=0.9,0.99'.")]
    [InlineData(OptimizerType.AdamW, "amsgrad='yes'", "amsgrad=yes does not fit AdamW: amsgrad is True or False. Write it as amsgrad=True.")]
    [InlineData(OptimizerType.Prodigy, "d_coef=two", "'d_coef=two' in OptimizerArgs is not name=value: 'two' is no value; put text in quotes, such as 'two'. Write it as d_coef=1.0.")]
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
    [InlineData("torch.optim.SGD", OptimizerType.SGD)]
    [InlineData("torch.optim.adamw.AdamW", OptimizerType.AdamW)]
    [InlineData("bitsandbytes.optim.adamw8bit", OptimizerType.AdamW8bit)]
    [InlineData("bitsandbytes.optim.SGD8bit", OptimizerType.SGDNesterov8bit)]
    [InlineData("bitsandbytes.optim.AdEMAMix", OptimizerType.AdEMAMix)]
    [InlineData("pytorch_optimizer.AdEMAMix", OptimizerType.PytorchAdEMAMix)]
    [InlineData("prodigyplus.ProdigyPlusScheduleFree", OptimizerType.ProdigyPlusScheduleFree)]
    [InlineData("came_pytorch.CAME", OptimizerType.CAME)]
    [InlineData("came.CAME", OptimizerType.CAME)]
    [InlineData("LoraEasyCustomOptimizer.came.CAME", OptimizerType.CAME)]
    [InlineData("dadaptation.DAdaptAdam", OptimizerType.DAdaptAdam)]
    public void Names_count_in_any_case_and_as_classes(string name, OptimizerType expected) =>
        Assert.Equal(expected, SettingText.Choice(typeof(OptimizerType), name));

    [Fact]
    public void Every_optimizer_is_found_by_its_class_with_and_without_its_inner_modules()
    {
        foreach (var optimizer in Enum.GetValues<OptimizerType>().Select(OptimizerCatalogue.Get))
        {
            var words = optimizer.PythonClass.Split('.');
            foreach (var name in new[] { optimizer.PythonClass, words[0] + "." + words[^1] })
                Assert.Equal(optimizer.PythonClass, OptimizerCatalogue.Get((OptimizerType)SettingText.Choice(typeof(OptimizerType), name)!).PythonClass);
        }
    }

    [Theory]
    [InlineData("AdamW9bit", "Did you mean AdamW8bit?")]
    [InlineData("PagedAdEMAMix9bit", "Did you mean PagedAdEMAMix8bit?")]
    [InlineData("bitsandbytes.optim.Adam8bit", "Did you mean AdamW8bit?")]
    [InlineData("pytorch_optimizer.Lion", "Did you mean Lion?")]
    [InlineData("torch.optim.Nothing", "It is one of AdamW, AdamW8bit, ")]
    public void A_name_of_no_optimizer_is_refused_with_the_nearest(string name, string cure)
    {
        Assert.Null(SettingText.Choice(typeof(OptimizerType), name));
        var problem = Assert.Single(new LoraConfig().With("OptimizerClass", name).Validate());
        Assert.Contains(cure, problem.Remedy, StringComparison.Ordinal);
        Assert.Contains(cure, Assert.Throws<ArgumentException>(() => new LoraConfig().With("OptimizerType", name)).Message, StringComparison.Ordinal);
    }

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
        Assert.Equal("amsgrad=True", NamedValue.Write("amsgrad", "true"));
        Assert.Equal("betas=0.9,0.99", NamedValue.Write("betas", new object[] { 0.9, 0.99 }));
        Assert.Equal("betas=0.9,0.99", NamedValue.Write("betas", "0.9,0.99"));
        Assert.Equal("step_rules='1:10,0.1'", NamedValue.Write("step_rules", "1:10,0.1"));
        Assert.Equal("beta1=None", NamedValue.Write("beta1", null));
    }
}
