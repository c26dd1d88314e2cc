using KohyaPS.Engine.Networks;
using KohyaPS.Engine.Training.Optimizers;
using KohyaPS.Engine.Training.Setup;
using TorchSharp;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Tests.Optimizers;

/// <summary>What every optimizer keeps: the same few operations for any number of adapters, and a state from which it goes on bit by bit.</summary>
public class FlatOptimizerTests
{
    public static TheoryData<OptimizerType> All => [.. Enum.GetValues<OptimizerType>()];

    [Theory]
    [MemberData(nameof(All))]
    public void A_step_takes_as_many_operations_for_800_adapters_as_for_8(OptimizerType type) =>
        Assert.Equal(Operations(type, adapters: 8), Operations(type, adapters: 800));

    [Theory]
    [MemberData(nameof(All))]
    public void A_saved_state_goes_on_as_if_nothing_had_happened(OptimizerType type)
    {
        using var scope = NewDisposeScope();
        using var whole = Group(pairs: 3);
        using var first = Group(pairs: 3);
        using var second = Group(pairs: 3);
        using var uninterrupted = Create(type, whole);
        using var before = Create(type, first);
        using var after = Create(type, second);
        Run(uninterrupted, whole, from: 0, to: 12);
        Run(before, first, from: 0, to: 7);
        second.Values.copy_(first.Values);
        after.RestoreState(before.SaveState().ToDictionary(s => s.Name, s => s.Value.clone()));
        Run(after, second, from: 7, to: 12);

        Assert.Equal(whole.Values.data<float>().ToArray(), second.Values.data<float>().ToArray());
        Assert.Equal(uninterrupted.EffectiveRate(0), after.EffectiveRate(0));
        Assert.NotEqual(first.Values.data<float>().ToArray(), second.Values.data<float>().ToArray());
    }

    [Theory]
    [InlineData(OptimizerType.AdamW8bit, 2)]
    [InlineData(OptimizerType.PagedAdamW8bit, 2)]
    [InlineData(OptimizerType.Lion8bit, 1)]
    [InlineData(OptimizerType.PagedLion8bit, 1)]
    [InlineData(OptimizerType.SGDNesterov8bit, 1)]
    public void Moments_of_8_bits_take_at_most_1_1_bytes_a_parameter(OptimizerType type, int moments)
    {
        using var scope = NewDisposeScope();
        // Rank 16 on the widest layers of SD 1.5, and a count just above a block.
        using var group = new ParameterGroup(new(1e-3, "unet"), [("a", [16, 1280]), ("b", [1280, 16]), ("c", [16, 320, 3, 3]), ("d", [4097])]);
        using var optimizer = Create(type, group);
        Run(optimizer, group, from: 0, to: 1);
        var bytes = optimizer.SaveState().Where(s => s.Name != "group0.steps").Sum(s => s.Value.numel() * s.Value.element_size());

        Assert.True(bytes <= 1.1 * moments * group.Slices.Sum(s => s.Count), $"{bytes} bytes");
    }

    [Theory]
    [InlineData(OptimizerType.PagedAdamW8bit, OptimizerType.AdamW8bit, "weight_decay=0.1")]
    [InlineData(OptimizerType.PagedAdamW, OptimizerType.PagedAdamW32bit, "weight_decay=0.1")]
    [InlineData(OptimizerType.PagedLion8bit, OptimizerType.Lion8bit, "weight_decay=0.1")]
    public void A_paged_optimizer_does_what_its_sibling_does(OptimizerType paged, OptimizerType sibling, string argument)
    {
        using var scope = NewDisposeScope();
        using var left = Group(pairs: 2);
        using var right = Group(pairs: 2);
        using var pagedOptimizer = Create(paged, left, argument);
        using var siblingOptimizer = Create(sibling, right, argument);
        Run(pagedOptimizer, left, 0, 4);
        Run(siblingOptimizer, right, 0, 4);

        Assert.Equal(right.Values.data<float>().ToArray(), left.Values.data<float>().ToArray());
    }

    [Fact]
    public void A_state_of_another_network_is_refused()
    {
        using var scope = NewDisposeScope();
        using var small = Group(pairs: 1);
        using var large = Group(pairs: 2);
        using var one = Create(OptimizerType.AdamW, small);
        using var other = Create(OptimizerType.AdamW, large);
        var refusal = Assert.Throws<TrainingException>(() => other.RestoreState(one.SaveState().ToDictionary(s => s.Name, s => s.Value)));

        Assert.Contains("belongs to another network", refusal.Message, StringComparison.Ordinal);
    }

    // Every operation that libtorch carries out for a step gives back one tensor, in-place ones too: the scope counts them.
    private static long Operations(OptimizerType type, int adapters)
    {
        using var scope = NewDisposeScope();
        using var group = Group(adapters);
        using var optimizer = Create(type, group);
        Run(optimizer, group, from: 0, to: 1);
        group.ZeroGradients();
        Gradients(group, step: 1);
        var before = Created();
        optimizer.Step();
        return Created() - before;
    }

    private static long Created() => DisposeScopeManager.Statistics.TensorStatistics.CreatedInScopeCount + DisposeScopeManager.Statistics.TensorStatistics.CreatedOutsideScopeCount;

    // Pairs whose matrices are large enough for 8 bits (4096 elements) and pairs whose are not.
    private static ParameterGroup Group(int pairs)
    {
        var group = new ParameterGroup(new(1e-2, "unet"), [.. Enumerable.Range(0, pairs).SelectMany(i => new (string, IReadOnlyList<long>)[]
        {
            ($"down{i}", i % 2 == 0 ? [4, 32] : [16, 260]),
            ($"up{i}", i % 2 == 0 ? [32, 4, 1, 1] : [260, 16]),
        })]);
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        foreach (var (parameter, index) in group.Parameters.Select((p, i) => (p, i)))
            parameter.copy_(arange(parameter.numel(), dtype: float32).add(index).mul(12.9898).sin().mul(0.1).view(parameter.shape));
        return group;
    }

    private static FlatOptimizer Create(OptimizerType type, ParameterGroup group, params string[] arguments) =>
        OptimizerChoice.Create(new() { Optimizer = new() { OptimizerType = type, OptimizerArgs = arguments, LearningRate = 1e-2 } }, [group]);

    private static void Run(FlatOptimizer optimizer, ParameterGroup group, int from, int to)
    {
        for (var step = from; step < to; step++)
        {
            group.ZeroGradients();
            Gradients(group, step);
            optimizer.Groups[0].LearningRate = 1e-2;
            optimizer.Step();
        }
    }

    private static void Gradients(ParameterGroup group, int step)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        group.Gradients.copy_(group.Values.mul(78.233).add(step).sin());
        for (var i = 0; i < group.Slices.Count; i++)
            group.MarkUsed(i);
    }
}
