using System.Runtime.Intrinsics.X86;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Runtime;

/// <summary>
/// Large float32 matrix products in oneDNN instead of MKL, which is slower on AMD processors. They go there as 1x1 convolutions, which
/// libtorch always computes in oneDNN: pixels are the rows, channels the columns, and a tensor with channels side by side has the layout of
/// the matrix, so that nothing is copied.
/// </summary>
/// <remarks>
/// libtorch also has a switch that sends all its float32 products there. It is for the whole process, and libtorch 2.10 then hands oneDNN the
/// wrong step for an operand that is a single row or column whose elements do not lie side by side: backward passes make such operands, and
/// the product is silently wrong. So the switch stays off.
/// </remarks>
internal static class MatrixLibrary
{
    // Smaller products are not worth the way.
    private const long SmallestRows = 512;
    private const long SmallestSide = 64;

    // Float32 products err by some 3e-7, bfloat16 by 3e-3.
    private const double MaxRelativeError = 1e-5;

    private const long ProbeRows = 1024;
    private const long ProbeSide = 320;

    // The first letters of "GenuineIntel", as the processor gives them.
    private const int Intel = 0x756e6547;

    /// <summary>True where oneDNN is as exact and faster.</summary>
    public static bool HasFastProducts { get; private set; }

    /// <summary>
    /// Chooses by the maker of the processor, and checks that the choice is exact. A measurement of time could come out otherwise on a busy
    /// machine, and a resumed training would go on with other last bits.
    /// </summary>
    /// <param name="tryOneDnn">False stays with what libtorch takes by itself.</param>
    public static Float32Products Choose(bool tryOneDnn)
    {
        using var scope = NewDisposeScope();
        using var without = no_grad();
        // Any fixed numbers will do: a sine has all mantissas.
        var a = arange(ProbeRows * ProbeSide, dtype: float64).sin().view(ProbeRows, ProbeSide).to(float32);
        var b = arange(ProbeSide * ProbeSide, dtype: float64).cos().view(ProbeSide, ProbeSide).to(float32);
        var exact = a.to(float64).mm(b.t().to(float64));
        var error = Error(a.mm(b.t()), exact);
        var fastError = Error(Times(a, b, null), exact);
        HasFastProducts = tryOneDnn && fastError <= MaxRelativeError && MklIsSlow;
        return HasFastProducts ? new("oneDNN where they are large", fastError) : new("libtorch's default", error);
    }

    /// <summary>True where a product of these sizes is faster by <see cref="Times"/>.</summary>
    /// <param name="dtype">Type of the operands.</param>
    /// <param name="rows">Rows of the left one.</param>
    /// <param name="inner">Its columns.</param>
    /// <param name="columns">Columns of the result.</param>
    public static bool IsFaster(ScalarType dtype, long rows, long inner, long columns) =>
        HasFastProducts && dtype == ScalarType.Float32 && rows >= SmallestRows && Math.Min(inner, columns) >= SmallestSide;

    /// <summary>a b^T + bias, by oneDNN. Without a graph.</summary>
    /// <param name="a">[m, k], rows side by side.</param>
    /// <param name="b">[n, k]; copied where its rows do not lie side by side.</param>
    /// <param name="bias">[n] or null.</param>
    /// <returns>[m, n], rows side by side.</returns>
    public static Tensor Times(Tensor a, Tensor b, Tensor? bias)
    {
        using var scope = NewDisposeScope();
        var (rows, inner, columns) = (a.size(0), a.size(1), b.size(0));
        var image = a.as_strided([1, inner, rows, 1], [rows * inner, 1, inner, inner]);
        var result = nn.functional.conv2d(image, b.unsqueeze(2).unsqueeze(3), bias);      // [1, n, m, 1], channels side by side
        return result.permute(0, 2, 3, 1).contiguous().view(rows, columns).MoveToOuterDisposeScope();
    }

    private static double Error(Tensor got, Tensor exact) =>
        (got.to(float64) - exact).square().mean().sqrt().item<double>() / exact.square().mean().sqrt().item<double>();

    // MKL takes its fast paths on Intel's own processors only.
    private static bool MklIsSlow => X86Base.IsSupported && X86Base.CpuId(0, 0).Ebx != Intel;
}
