using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Runtime;

/// <summary>
/// Sends float32 matrix products to oneDNN instead of MKL, which on AMD processors reaches less than half of its speed.
/// The switch is called "may use bfloat16"; a processor with matrix units might really do so, hence the error is measured and decides.
/// </summary>
/// <remarks>
/// libtorch 2.10 hands oneDNN the wrong step for an operand that is a single row or column whose elements do not lie side by side: the
/// product is silently wrong. Backward passes make such operands, so the measurement includes them, and this version stays with MKL.
/// </remarks>
internal static class MatrixLibrary
{
    // Float32 products err by some 3e-7, bfloat16 by 3e-3.
    private const double MaxRelativeError = 1e-5;
    private const long ProbeSize = 256;

    private const int OneDnn = 2;
    private const int Products = 3;
    private const int ExactPrecision = 1;
    private const int RelaxedPrecision = 3;

    /// <summary>Tries oneDNN and keeps it when it is as exact as float32 should be.</summary>
    /// <param name="torchCpu">Handle of the library torch_cpu.</param>
    /// <param name="tryOneDnn">False only measures what libtorch takes by itself.</param>
    public static Float32Products Choose(nint torchCpu, bool tryOneDnn)
    {
        var error = RelativeError();
        if (!tryOneDnn || !TrySet(torchCpu, RelaxedPrecision))
            return new("libtorch's default", error);
        var switched = RelativeError();
        if (switched <= MaxRelativeError)
            return new("oneDNN", switched);
        TrySet(torchCpu, ExactPrecision);
        return new("libtorch's default", error);
    }

    /// <summary>Turns the switch; for benchmarks that compare both.</summary>
    public static bool UseOneDnn(nint torchCpu, bool isOn) => TrySet(torchCpu, isOn ? RelaxedPrecision : ExactPrecision);

    /// <summary>The largest error of a product: square, with one column, with one row, each also where the vector's elements lie apart.</summary>
    internal static double RelativeError()
    {
        using var scope = NewDisposeScope();
        // Any fixed numbers will do: a sine has all mantissas.
        var a = arange(ProbeSize * ProbeSize, dtype: float64).sin().view(ProbeSize, ProbeSize).to(float32);
        var b = a.t().contiguous().cos();
        var column = b.narrow(1, 1, 1);      // [n, 1], step n
        var row = a.t().narrow(0, 1, 1);     // [1, n], step n
        return new[] { Error(a, b), Error(a, column), Error(row, b), Error(a, column.contiguous()), Error(row.contiguous(), b) }.Max();
    }

    private static double Error(Tensor a, Tensor b)
    {
        var exact = a.to(float64).mm(b.to(float64));
        var difference = a.mm(b).to(float64) - exact;
        return difference.square().mean().sqrt().item<double>() / exact.square().mean().sqrt().item<double>();
    }

    private static unsafe bool TrySet(nint torchCpu, int precision)
    {
        var (context, setter) = OperatingSystem.IsWindows()
            ? ("?globalContext@at@@YAAEAVContext@1@XZ", "?setFloat32Precision@Context@at@@QEAAXW4Float32Backend@2@W4Float32Op@2@W4Float32Precision@2@@Z")
            : ("_ZN2at13globalContextEv", "_ZN2at7Context19setFloat32PrecisionENS_14Float32BackendENS_9Float32OpENS_16Float32PrecisionE");
        if (!NativeLibrary.TryGetExport(torchCpu, context, out var getContext) || !NativeLibrary.TryGetExport(torchCpu, setter, out var set))
            return false;
        ((delegate* unmanaged<nint, int, int, int, void>)set)(((delegate* unmanaged<nint>)getContext)(), OneDnn, Products, precision);
        return true;
    }
}
