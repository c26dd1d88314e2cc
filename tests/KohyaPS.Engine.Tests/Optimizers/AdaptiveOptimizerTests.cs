using KohyaPS.Engine.Networks;
using KohyaPS.Engine.Training.Optimizers;
using KohyaPS.Engine.Training.Setup;
using TorchSharp;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Tests.Optimizers;

/// <summary>Optimizers that find their step size or average the weights: averaged weights, rates.</summary>
public class AdaptiveOptimizerTests
{
    public static TheoryData<OptimizerType, ScalarType> ScheduleFree
    {
        get
        {
            var all = new TheoryData<OptimizerType, ScalarType>();
            foreach (var type in Enum.GetValues<OptimizerType>().Where(type => new OptimizerSettings { OptimizerType = type }.IsScheduleFree))
                foreach (var dtype in (ScalarType[])[ScalarType.Float32, ScalarType.Float16, ScalarType.BFloat16])
                    all.Add(type, dtype);
            return all;
        }
    }

    [Theory]
    [MemberData(nameof(ScheduleFree))]
    public void Looking_at_the_averaged_weights_changes_nothing(OptimizerType type, ScalarType dtype)
    {
        using var looked = new Training(type, dtype);
        using var alone = new Training(type, dtype);
        Advance(alone, 0, 12);
        for (var step = 0; step < 12; step++)
        {
            Advance(looked, step, step + 1);
            var trained = looked.Weights();
            float[] averaged = [];
            looked.Optimizer.WithAveragedWeights(() => averaged = looked.Weights());
            Assert.Equal(trained, looked.Weights());
            if (step == 11)
                Assert.NotEqual(trained, averaged);
        }
        Assert.Equal(alone.Weights(), looked.Weights());
    }

    [Fact]
    public void A_step_while_the_averaged_weights_are_in_place_is_a_mistake()
    {
        using var training = new Training(OptimizerType.AdamWScheduleFree);
        training.Optimizer.Evaluate();
        Assert.Throws<InvalidOperationException>(() => Advance(training, 0, 1));
    }

    [Theory]
    [InlineData(OptimizerType.DAdaptation)]
    [InlineData(OptimizerType.DAdaptLion)]
    [InlineData(OptimizerType.Prodigy)]
    public void Different_rates_are_refused_with_their_cure(OptimizerType type)
    {
        using var training = new Training(type);
        training.Optimizer.Groups[1].LearningRate = 0.5;
        var error = Assert.Throws<TrainingException>(() => Advance(training, 0, 1));
        Assert.Contains("Set UnetLr, TextEncoderLr and LearningRate to 1", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(OptimizerType.DAdaptation)]
    [InlineData(OptimizerType.DAdaptAdam)]
    [InlineData(OptimizerType.DAdaptSGD)]
    [InlineData(OptimizerType.Prodigy)]
    public void A_step_at_rate_0_is_none(OptimizerType type)
    {
        using var warmed = new Training(type);
        using var direct = new Training(type);
        warmed.SetRate(0);
        Advance(warmed, 0, 1);
        warmed.SetRate(1);
        Advance(warmed, 0, 3);
        Advance(direct, 0, 3);
        Assert.Equal(direct.Weights(), warmed.Weights());
    }

    [Fact]
    public void The_effective_rate_is_the_estimate_times_the_rate()
    {
        using var training = new Training(OptimizerType.Prodigy);
        Assert.Equal(1e-6, training.Optimizer.EffectiveRate(0), 1e-12);
        for (var i = 0; i < 30; i++)
            training.Step(0);
        Assert.Equal(training.Optimizer.Groups[0].Numbers["d"], training.Optimizer.EffectiveRate(1));
        Assert.True(training.Optimizer.EffectiveRate(0) > 1e-6);
    }

    private static void Advance(Training training, int from, int to)
    {
        for (var step = from; step < to; step++)
            training.Step(step);
    }

    private sealed class Training : IDisposable
    {
        private readonly ParameterGroup[] groups;

        public Training(OptimizerType type, ScalarType dtype = ScalarType.Float32)
        {
            var isAdaptive = type.ToString().StartsWith("DAdapt", StringComparison.Ordinal) || type.ToString().StartsWith("Prodigy", StringComparison.Ordinal);
            var rate = isAdaptive ? 1.0 : 0.01;
            groups =
            [
                new(new(rate, "textencoder"), [("a", [4, 40]), ("b", [40, 4])], dtype),
                new(new(rate, "unet"), [("c", [4, 16, 3, 3]), ("d", [16, 4, 1, 1]), ("e", [70, 70])], dtype),
            ];
            var first = 0;
            foreach (var parameter in groups.SelectMany(g => g.Parameters))
                Fill(parameter, first += 1000);
            Optimizer = OptimizerChoice.Create(new LoraConfig().With("OptimizerType", type).With("LearningRate", rate), groups);
        }

        public FlatOptimizer Optimizer { get; }

        public float[] Weights() => [.. groups.SelectMany(g => g.Parameters).SelectMany(p => p.detach().to(float32).flatten().data<float>().ToArray())];

        public void SetRate(double rate)
        {
            foreach (var group in Optimizer.Groups)
                group.LearningRate = rate;
        }

        public void Step(int step)
        {
            foreach (var group in groups)
            {
                group.ZeroGradients();
                for (var i = 0; i < group.Parameters.Count; i++)
                {
                    Fill(group.Parameters[i].grad!, 7 * step + i);
                    group.MarkUsed(i);
                }
                group.Collect(1);
            }
            Optimizer.Step();
            foreach (var group in groups)
                group.Store();
        }

        public void Dispose()
        {
            Optimizer.Dispose();
            foreach (var group in groups)
                group.Dispose();
        }

        private static void Fill(Tensor target, int first)
        {
            using var guard = no_grad();
            using var values = arange(target.numel(), dtype: float32).add_(first).mul_(0.731f).sin_().mul_(0.1f).reshape(target.shape);
            target.copy_(values);
        }
    }
}
