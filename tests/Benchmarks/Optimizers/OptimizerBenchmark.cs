using System.Diagnostics;
using KohyaPS.Engine.Networks;
using KohyaPS.Engine.Runtime;
using KohyaPS.Engine.Training.Optimizers;
using KohyaPS.Engine.Training.Setup;
using TorchSharp;
using static TorchSharp.torch;

namespace KohyaPS.Benchmarks.Optimizers;

/// <summary>A step over 800 adapter pairs of rank 16: one flat buffer, one tensor after the other, and libtorch's fused AdamW.</summary>
internal sealed class OptimizerBenchmark : Benchmark
{
    private const int Pairs = 800, Rank = 16, Steps = 10;
    private const double Rate = 1e-4;

    // Widths of the layers of Stable Diffusion 1.5's U-Net.
    private static readonly long[] Widths = [320, 640, 1280, 768];

    /// <inheritdoc/>
    public override string Name => "optimizers";

    /// <inheritdoc/>
    public override string Description => $"a step of {Pairs} adapter pairs, rank {Rank}: flat, per tensor and fused; other optimizers, named as options, flat";

    /// <inheritdoc/>
    public override void Run(IReadOnlyList<string> options)
    {
        TorchRuntime.Start();
        using var scope = NewDisposeScope();
        using var group = Group();
        Console.WriteLine($"  {group.Slices.Count} tensors, {group.Slices.Sum(s => s.Count) / 1e6:0.0} million parameters");
        var flat = Flat(group, OptimizerType.AdamW);
        Report("AdamW, flat", flat, flat);
        Report("AdamW, per tensor", PerTensor(group), flat);
        if (!FusedAdamW.IsSupported)
            Console.WriteLine("  libtorch's fused AdamW: this version of libtorch has another C interface");
        else
            Report("AdamW, fused by libtorch", Fused(group), flat);
        OptimizerType[] others = options.Count > 0 ? [.. options.Select(o => Enum.Parse<OptimizerType>(o, ignoreCase: true))] : [OptimizerType.AdamW8bit, OptimizerType.Lion, OptimizerType.Lion8bit, OptimizerType.Adafactor];
        foreach (var other in others)
            Report($"{other}, flat", Flat(group, other), flat);
    }

    private static ParameterGroup Group()
    {
        var shapes = Enumerable.Range(0, Pairs).SelectMany(i => new (string, IReadOnlyList<long>)[]
        {
            ($"down{i}", [Rank, Widths[i % Widths.Length]]),
            ($"up{i}", [Widths[(i + 1) % Widths.Length], Rank]),
        });
        var group = new ParameterGroup(new(Rate, "unet"), [.. shapes]);
        using var guard = no_grad();
        group.Values.normal_(0, 0.02);
        group.Gradients.normal_(0, 1e-3);
        for (var i = 0; i < group.Slices.Count; i++)
            group.MarkUsed(i);
        return group;
    }

    private static double Flat(ParameterGroup group, OptimizerType type)
    {
        using var optimizer = OptimizerChoice.Create(new() { Optimizer = new() { OptimizerType = type, LearningRate = Rate } }, [group]);
        return Best(optimizer.Step);
    }

    private static double PerTensor(ParameterGroup group)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var slices = Slices(group);
        var states = slices.Select(s => (M: zeros_like(s.Value), V: zeros_like(s.Value))).ToArray();
        var step = 0;
        return Best(() =>
        {
            using var temporaries = NewDisposeScope();
            step++;
            var rootCorrection = Math.Sqrt(1 - Math.Pow(0.999, step));
            var stepSize = Rate / (1 - Math.Pow(0.9, step));
            for (var i = 0; i < slices.Length; i++)
            {
                var (p, g) = slices[i];
                var (m, v) = states[i];
                p.mul_(1 - Rate * 0.01);
                m.Follow(g, 0.1);
                v.FollowSquare(g, 0.999);
                p.addcdiv_(m, v.sqrt().div_(rootCorrection).add_(1e-8), -stepSize);
            }
        });
    }

    private static double Fused(ParameterGroup group)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var slices = Slices(group);
        using var fused = new FusedAdamW([.. slices.Select(s => s.Value)], [.. slices.Select(s => s.Gradient)]);
        return Best(() =>
        {
            using var temporaries = NewDisposeScope();
            fused.Step(Rate);
        });
    }

    private static (Tensor Value, Tensor Gradient)[] Slices(ParameterGroup group) =>
        [.. group.Slices.Select(s => (group.Values.narrow(0, s.Offset, s.Count), group.Gradients.narrow(0, s.Offset, s.Count)))];

    // The shortest of some steps, after one that makes the state.
    private static double Best(Action step)
    {
        using var guard = no_grad();
        step();
        var best = double.PositiveInfinity;
        for (var i = 0; i < Steps; i++)
        {
            var watch = Stopwatch.StartNew();
            step();
            best = Math.Min(best, watch.Elapsed.TotalMilliseconds);
        }
        return best;
    }

    private static void Report(string what, double milliseconds, double flat) =>
        Console.WriteLine($"  {what,-26} {milliseconds,9:0.0} ms a step, {milliseconds / flat,6:0.00} of flat AdamW");
}
