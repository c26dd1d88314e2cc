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

    public static TheoryData<OptimizerType> Of8Bits => [.. Enum.GetValues<OptimizerType>().Where(type => type.ToString().EndsWith("8bit", StringComparison.Ordinal))];

    public static TheoryData<OptimizerType> Paged => [.. Enum.GetValues<OptimizerType>().Where(type => type.ToString().StartsWith("Paged", StringComparison.Ordinal))];

    // Every optimizer as it is, and with the arguments that give it other states.
    public static TheoryData<OptimizerType, string> Kept
    {
        get
        {
            var kept = new TheoryData<OptimizerType, string>();
            foreach (var type in Enum.GetValues<OptimizerType>())
                kept.Add(type, "");
            foreach (var type in (OptimizerType[])[OptimizerType.AdamW, OptimizerType.Adam])
                kept.Add(type, "amsgrad=True");
            kept.Add(OptimizerType.SGD, "momentum=0.9");
            kept.Add(OptimizerType.RMSprop, "momentum=0.9 centered=True");
            kept.Add(OptimizerType.Adafactor, "beta1=0.9");
            kept.Add(OptimizerType.Adafactor, "relative_step=False scale_parameter=False");
            kept.Add(OptimizerType.Prodigy, "betas=0.0,0.99 slice_p=11");
            kept.Add(OptimizerType.Prodigy, "use_bias_correction=True safeguard_warmup=True");
            kept.Add(OptimizerType.AdEMAMix8bit, "t_alpha=10 t_beta3=10");
            kept.Add(OptimizerType.PytorchAdEMAMix, "t_alpha_beta3=10");
            kept.Add(OptimizerType.PagedAdamW, "optim_bits=8");
            kept.Add(OptimizerType.ProdigyPlusScheduleFree, "factored=False use_bias_correction=True split_groups=False");
            return kept;
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_step_takes_as_many_operations_for_800_adapters_as_for_8(OptimizerType type) =>
        Assert.Equal(Operations(type, adapters: 8), Operations(type, adapters: 800));

    [Theory]
    [MemberData(nameof(Kept))]
    public void A_saved_state_goes_on_as_if_nothing_had_happened(OptimizerType type, string arguments)
    {
        using var scope = NewDisposeScope();
        using var whole = Group(pairs: 3);
        using var first = Group(pairs: 3);
        using var second = Group(pairs: 3);
        var words = arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        using var uninterrupted = Create(type, whole, words);
        using var before = Create(type, first, words);
        using var after = Create(type, second, words);
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
    [MemberData(nameof(Of8Bits))]
    public void Moments_of_8_bits_take_at_most_1_1_bytes_a_parameter(OptimizerType type)
    {
        using var scope = NewDisposeScope();
        // Rank 16 on the widest layers of SD 1.5, and a count just above a block.
        using var group = new ParameterGroup(new(1e-3, "unet"), [("a", [16, 1280]), ("b", [1280, 16]), ("c", [16, 320, 3, 3]), ("d", [4097])]);
        using var optimizer = Create(type, group);
        Run(optimizer, group, from: 0, to: 1);
        var kept = optimizer.SaveState().Where(s => s.Name != "group0.steps").ToList();
        var (bytes, moments) = (kept.Sum(s => s.Value.numel() * s.Value.element_size()), kept.Count(s => s.Name.EndsWith(".codes", StringComparison.Ordinal)));

        Assert.InRange(moments, 1, 3);
        Assert.True(bytes <= 1.1 * moments * group.Slices.Sum(s => s.Count), $"{bytes} bytes");
    }

    [Theory]
    [MemberData(nameof(Paged))]
    public void A_paged_optimizer_does_what_its_sibling_does(OptimizerType paged)
    {
        // There is no AdamW of bitsandbytes with 32 bits that is not paged but one whose parameters are all too small for 8.
        var (sibling, arguments) = Enum.TryParse<OptimizerType>(paged.ToString()["Paged".Length..], out var named) && named != OptimizerType.AdamW
            ? (named, (string[])["weight_decay=0.1"])
            : (OptimizerType.AdamW8bit, ["weight_decay=0.1", "min_8bit_size=1000000"]);
        using var scope = NewDisposeScope();
        using var left = Group(pairs: 2);
        using var right = Group(pairs: 2);
        using var pagedOptimizer = Create(paged, left, "weight_decay=0.1");
        using var siblingOptimizer = Create(sibling, right, arguments);
        Run(pagedOptimizer, left, 0, 4);
        Run(siblingOptimizer, right, 0, 4);

        Assert.Equal(right.Values.data<float>().ToArray(), left.Values.data<float>().ToArray());
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_schedule_can_move_the_momentum_of_all_that_have_one(OptimizerType type)
    {
        using var scope = NewDisposeScope();
        using var left = Group(pairs: 2);
        using var right = Group(pairs: 2);
        var arguments = OptimizerArguments.Read(new() { OptimizerType = type }, out _);
        // With the first estimates of 1e-6 a moment would be too small to count.
        string[] given = arguments.Has("d0") ? ["d0=1.0"] : [];
        using var moved = Create(type, left, given);
        using var still = Create(type, right, given);
        Run(still, right, 0, 3);
        if (new OptimizerSettings { OptimizerType = type }.IsScheduleFree || (!arguments.Has("betas") && !arguments.Has("momentum")))
        {
            Assert.Contains("cycle_momentum=False", Assert.Throws<TrainingException>(() => moved.SetMomentum(0.99)).Message, StringComparison.Ordinal);
            return;
        }
        moved.SetMomentum(0.99);
        Run(moved, left, 0, 3);

        Assert.NotEqual(right.Values.data<float>().ToArray(), left.Values.data<float>().ToArray());
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
