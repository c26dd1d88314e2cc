using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using KohyaPS.Engine.Models.Layers.Attention;
using KohyaPS.Engine.Runtime;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Training;

/// <summary>Single operations on a card, each held against what the processor computes: what a training relies on, before one is run.</summary>
/// <param name="card">The card; in tests another device stands in for it.</param>
/// <param name="cuda">Its switches.</param>
internal sealed class CardProbe(Device card, ICuda cuda)
{
    // As for the processor's own products (MatrixLibrary): float32 errs by some 3e-7, TensorFloat-32 by 3e-4.
    private const double MaxFloat32Error = 1e-5;

    // bfloat16 keeps 8 bits: each value errs by up to 4e-3, and the two kernels round at different places.
    private const double MaxBfloat16Error = 2e-2;
    private const long AbsurdBytes = 1L << 46;

    // A U-Net's own tokens at 512 x 512 pixels, and those of its text.
    private static readonly long[] keyCounts = [1024, 77];

    /// <summary>Rows and columns of the products.</summary>
    public long ProductSize { get; init; } = 2048;

    /// <summary>How much is copied.</summary>
    public long CopyBytes { get; init; } = 64L << 20;

    /// <summary>All checks; none throws for what a card can do wrong.</summary>
    public IEnumerable<EnvironmentCheck> Run() => [Safely("GPU float32", Float32), Safely("GPU attention", FusedAttention), Safely("GPU copies", Copies), Safely("GPU memory", Memory)];

    private EnvironmentCheck Float32()
    {
        var (exact, exactRate) = Product();
        cuda.AllowTensorFloat32 = true;
        var (relaxed, relaxedRate) = Product();
        cuda.AllowTensorFloat32 = false;
        var value = Text($"error {exact:0.0e+0} at {exactRate:0} GFLOP/s; with TensorFloat-32, which trainings leave off, {relaxed:0.0e+0} at {relaxedRate:0}");
        return exact <= MaxFloat32Error
            ? new("GPU float32", EnvironmentStatus.Ok, value)
            : new("GPU float32", EnvironmentStatus.Failed, value, "The card's float32 products are not exact. Unset NVIDIA_TF32_OVERRIDE and start PowerShell anew; report it otherwise.");
    }

    private (double Error, double Rate) Product()
    {
        using var scope = NewDisposeScope();
        var a = Numbers(ProductSize, ProductSize);
        var b = a.t().contiguous().cos();
        var exact = a.to(float64).mm(b.to(float64));
        var product = HostTransfer.To(a, card).mm(HostTransfer.To(b, card)).cpu().to(float64);
        var error = ((product - exact).square().mean().sqrt() / exact.square().mean().sqrt()).item<double>();
        return (error, ComputeProbe.Product(float32, ProductSize, card, cuda.Synchronize));
    }

    private EnvironmentCheck FusedAttention()
    {
        var (exact, half) = (keyCounts.Max(keys => AttentionError(float32, keys)), keyCounts.Max(keys => AttentionError(bfloat16, keys)));
        var value = Text($"fused against plain attention, gradients included: float32 {exact:0.0e+0}, bfloat16 {half:0.0e+0}");
        return exact <= MaxFloat32Error * 10 && half <= MaxBfloat16Error
            ? new("GPU attention", EnvironmentStatus.Ok, value)
            : new("GPU attention", EnvironmentStatus.Failed, value, "The attention kernels of this card disagree. Update NVIDIA's driver, and report the card's name.");
    }

    private double AttentionError(ScalarType type, long keys)
    {
        using var scope = NewDisposeScope();
        Tensor Make(long rows, double phase) =>
            HostTransfer.To(arange(8 * rows * 40, dtype: float64).mul(1.7).add(phase).sin().view(1, 8, rows, 40).to(type), card);
        Tensor[] inputs = [Make(1024, 0), Make(keys, 1), Make(keys, 2)];
        Tensor[] Results(IAttentionKernel kernel)
        {
            var leaves = inputs.Select(t => t.detach().requires_grad_()).ToArray();
            using var grad = enable_grad();
            var output = kernel.Run(leaves[0], leaves[1], leaves[2], isCausal: false);
            output.to(float32).square().mean().backward();
            return [output.detach(), .. leaves.Select(l => l.grad!)];
        }
        // Each as a share of its own size: gradients are small numbers.
        return Results(AttentionKernels.Fused).Zip(Results(AttentionKernels.Explicit)).Max(pair =>
        {
            var (fused, plain) = (pair.First.to(float32), pair.Second.to(float32));
            return ((fused - plain).square().mean().sqrt() / plain.square().mean().sqrt()).item<float>();
        });
    }

    private EnvironmentCheck Copies()
    {
        using var scope = NewDisposeScope();
        var sent = arange(CopyBytes / sizeof(float), dtype: float32);
        // The first copy also allocates.
        HostTransfer.Move(zeros_like(sent), card).Dispose();
        cuda.Synchronize();
        var start = Stopwatch.GetTimestamp();
        var there = HostTransfer.To(sent, card);
        // Freed while the copy may still run: libtorch has to keep the pinned memory.
        cuda.Synchronize();
        var rate = CopyBytes / Stopwatch.GetElapsedTime(start).TotalSeconds / 1e9;
        var isSame = there.cpu().allclose(sent, rtol: 0, atol: 0);
        var value = Text($"{CopyBytes >> 20} MB through pinned memory at {rate:0.0} GB/s");
        return isSame
            ? new("GPU copies", EnvironmentStatus.Ok, value)
            : new("GPU copies", EnvironmentStatus.Failed, $"{value}, and came back changed", "Check the card's memory and the machine's; trainings would learn noise.");
    }

    private EnvironmentCheck Memory()
    {
        try
        {
            empty(AbsurdBytes, dtype: ScalarType.Byte, device: card).Dispose();
            return new("GPU memory", EnvironmentStatus.Warning, "64 TB were granted", "Memory that runs out would not be noticed; watch it with nvidia-smi.");
        }
        catch (ExternalException e) when (OutOfMemory.IsMeantBy(e.Message))
        {
            var (error, _) = Product();
            return error <= MaxFloat32Error
                ? new("GPU memory", EnvironmentStatus.Ok, "running out is recognised, and the card works on")
                : new("GPU memory", EnvironmentStatus.Failed, "wrong numbers after memory ran out", "Start PowerShell anew, and keep trainings below the card's memory.");
        }
    }

    private static EnvironmentCheck Safely(string name, Func<EnvironmentCheck> check)
    {
        try
        {
            return check();
        }
        catch (Exception e) when (e is ExternalException or InvalidOperationException)
        {
            return new(name, EnvironmentStatus.Failed, e.Message.Split('\n', 2)[0].TrimEnd(), "Update NVIDIA's driver (570 or later), run Install-LoraRuntime -Force, and start PowerShell anew.");
        }
    }

    private static Tensor Numbers(long rows, long columns) => arange(rows * columns, dtype: float64).sin().view(rows, columns).to(float32);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
