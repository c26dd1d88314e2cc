using KohyaPS.Benchmarks.FullSize;
using KohyaPS.Conformance;
using KohyaPS.Engine.Checkpoints;
using KohyaPS.Engine.Models.Unet;
using KohyaPS.Engine.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace KohyaPS.Benchmarks.Storage;

/// <summary>What one byte a number costs in exactness, beside what bfloat16 costs: the prediction of a trained small model and of the shapes of large ones.</summary>
internal sealed class StorageBenchmark : Benchmark
{
    private const int PictureSide = 512;
    private const int TextTokens = 77;

    public override string Name => "storage";

    public override string Description => "how far predictions with int8 storage and in bfloat16 are from those in float32 (root mean square, as a share of theirs)";

    public override void Run(IReadOnlyList<string> options)
    {
        TorchRuntime.Start();
        Console.WriteLine($"{"model",-10} {"bfloat16",9} {"int8, float32",14} {"int8, bfloat16",15}");
        Measure("mini-sd", Path.Combine(GoldenRoot.Checkout, "examples", "demo", "mini-sd.safetensors"));
        foreach (var seed in new[] { "sd15", "sd21", "sdxl" }.Where(s => options.Count == 0 || options.Contains(s)))
        {
            using var model = new FullSizeModel(seed);
            Measure(seed, model.Checkpoint);
        }
    }

    private static void Measure(string name, string file)
    {
        using var scope = NewDisposeScope();
        var exact = Predict(file, float32, packs: false);
        double Error(ScalarType type, bool packs) => ((Predict(file, type, packs) - exact).square().mean().sqrt() / exact.square().mean().sqrt()).item<float>();
        Console.WriteLine($"{name,-10} {Error(bfloat16, false),9:0.00 %} {Error(float32, true),14:0.00 %} {Error(bfloat16, true),15:0.00 %}");
    }

    private static Tensor Predict(string file, ScalarType type, bool packs)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var checkpoint = Checkpoint.Open(file);
        var part = checkpoint[ModelPart.Unet];
        using var unet = Load(part, type, packs);
        using var generator = new Generator(1);
        Tensor Normal(params long[] shape) => randn(shape, generator: generator);
        var width = part.Tensors.Shape(part.Tensors.Names.First(n => n.EndsWith(".attn2.to_k.weight", StringComparison.Ordinal)))[1];
        var latents = Normal(1, 4, PictureSide / 8, PictureSide / 8);
        var context = Normal(1, TextTokens, width);
        var pooled = unet.TakesSizes ? new AddedConditions(Normal(1, Pooled(part)), tensor(new float[] { PictureSide, PictureSide, 0, 0, PictureSide, PictureSide }).view(1, -1)) : null;
        return unet.Predict(latents, tensor([500L]), context, pooled).to(float32).MoveToOuterDisposeScope();
    }

    private static Unet Load(CheckpointPart part, ScalarType type, bool packs)
    {
        using var giving = Allocator.GiveBackFreed();
        return new(new WeightSource(part.Tensors, type, packsWeights: packs), UnetConfig.Read(part.Config));
    }

    // What the embedding of text and sizes takes in, without the six sizes.
    private static long Pooled(CheckpointPart part) => part.Tensors.Shape("add_embedding.linear_1.weight")[1] - 6 * UnetConfig.Read(part.Config).SizeEmbeddingWidth!.Value;
}
