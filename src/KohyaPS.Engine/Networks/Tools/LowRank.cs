using static TorchSharp.torch;

namespace KohyaPS.Engine.Networks.Tools;

/// <summary>The singular value decomposition of a change of weights, from which the best approximation of any rank follows (Eckart and Young 1936).</summary>
internal sealed class LowRank : IDisposable
{
    // Below this size a full decomposition takes milliseconds.
    private const long SmallSide = 256;
    private const int Oversampling = 16, PowerSteps = 3;

    private readonly Tensor left;
    private readonly Tensor right;

    private LowRank(Tensor left, Tensor values, Tensor right, long side)
    {
        this.left = left.DetachFromDisposeScope();
        Values = values.DetachFromDisposeScope();
        this.right = right.DetachFromDisposeScope();
        Side = side;
    }

    /// <summary>[m] float64, largest first. There may be fewer than <see cref="Side"/>: the rest is zero.</summary>
    public Tensor Values { get; }

    /// <summary>The shorter side of the matrix: how many singular values there are, zeros included.</summary>
    public long Side { get; }

    /// <summary>Decomposes a matrix.</summary>
    /// <param name="matrix">[out, n]</param>
    /// <param name="rank">The most that will be asked for. Of a large matrix only so many values are found.</param>
    public static LowRank Of(Tensor matrix, long rank)
    {
        using var scope = NewDisposeScope();
        var wide = matrix.to(ScalarType.Float64);
        var side = Math.Min(wide.size(0), wide.size(1));
        if (side <= SmallSide || 2 * (rank + Oversampling) >= side)
        {
            var (u, s, v) = linalg.svd(wide, fullMatrices: false);
            return new(u, s, v, side);
        }
        // Randomised subspace iteration (Halko, Martinsson and Tropp 2011, arXiv 0909.4061); the numbers are drawn from a fixed seed.
        var basis = linalg.qr(wide.matmul(Gaussian(wide.size(1), rank + Oversampling))).Q;
        for (var i = 0; i < PowerSteps; i++)
            basis = linalg.qr(wide.matmul(linalg.qr(wide.t().matmul(basis)).Q)).Q;
        var (small, values, rows) = linalg.svd(basis.t().matmul(wide), fullMatrices: false);
        return new(basis.matmul(small), values, rows, side);
    }

    /// <summary>Decomposes a product of thin matrices without ever making it: QR of both, then the small core between them.</summary>
    /// <param name="up">[out, r]</param>
    /// <param name="down">[r, n]</param>
    public static LowRank OfProduct(Tensor up, Tensor down)
    {
        using var scope = NewDisposeScope();
        Tensor wideUp = up.to(ScalarType.Float64), wideDown = down.to(ScalarType.Float64);
        var side = Math.Min(wideUp.size(0), wideDown.size(1));
        if (wideUp.size(1) >= side)
            return Of(wideUp.matmul(wideDown), side);
        var (q1, r1) = linalg.qr(wideUp);
        var (q2, r2) = linalg.qr(wideDown.t());
        var (u, s, v) = linalg.svd(r1.matmul(r2.t()), fullMatrices: false);
        return new(q1.matmul(u), s, v.matmul(q2.t()), side);
    }

    /// <summary>The values in float32 with all zeros, as the peers see them.</summary>
    public Tensor Spectrum()
    {
        using var scope = NewDisposeScope();
        var missing = Side - Values.size(0);
        var all = missing > 0 ? cat([Values, zeros(missing, ScalarType.Float64)]) : Values;
        return all.to(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    /// <summary>The two factors of the best approximation: all singular values go into the first.</summary>
    /// <param name="rank">At most <see cref="Side"/>.</param>
    /// <returns>[out, rank] and [rank, n], float64</returns>
    public (Tensor Up, Tensor Down) Factors(long rank)
    {
        using var scope = NewDisposeScope();
        var known = Math.Min(rank, Values.size(0));
        Tensor u = left.narrow(1, 0, known), s = Values.narrow(0, 0, known), v = right.narrow(0, 0, known);
        // The sign that the decomposition leaves open: the largest entry of each column is positive.
        var signs = u.gather(0, u.abs().argmax(0, keepdim: true)).sign().squeeze(0);
        signs = where(signs.eq(0), ones_like(signs), signs);
        var up = u * (s * signs);
        var down = v * signs.unsqueeze(1);
        if (rank > known)
        {
            // Beyond the rank that is there: nothing in one factor, directions of their own in the other.
            up = cat([up, zeros(up.size(0), rank - known, ScalarType.Float64)], 1);
            var complete = linalg.qr(cat([down.t(), Gaussian(down.size(1), rank - known)], 1)).Q;
            down = cat([down, complete.narrow(1, known, rank - known).t()], 0);
        }
        return (up.contiguous().MoveToOuterDisposeScope(), down.contiguous().MoveToOuterDisposeScope());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        left.Dispose();
        Values.Dispose();
        right.Dispose();
    }

    private static Tensor Gaussian(long rows, long columns)
    {
        using var scope = NewDisposeScope();
        return Diffusion.GaussianNoise.Draw(0, [rows, columns]).to(ScalarType.Float64).MoveToOuterDisposeScope();
    }
}
