using static TorchSharp.torch;

namespace KohyaPS.Engine.Models.Layers.Attention;

/// <summary>Scores, softmax and product as three tensor operations: fastest for short keys, but keeps N times L probabilities for the backward pass.</summary>
internal sealed class ExplicitAttention : IAttentionKernel
{
    /// <inheritdoc/>
    public Tensor Run(Tensor q, Tensor k, Tensor v, bool isCausal)
    {
        using var scope = NewDisposeScope();
        var (batch, heads, rows, width) = (q.size(0), q.size(1), q.size(2), q.size(3));
        var columns = k.size(2);
        var scaled = (q * (1 / Math.Sqrt(width))).reshape(batch * heads, rows, width);
        var scores = scaled.bmm(k.reshape(batch * heads, columns, width).transpose(1, 2));      // [B h, N, L]
        if (isCausal)
            scores = scores.masked_fill(ones(rows, columns, dtype: ScalarType.Bool, device: q.device).triu(1), double.NegativeInfinity);
        // libtorch keeps the sums of a half-typed softmax in float32.
        var attended = scores.softmax(2).bmm(v.reshape(batch * heads, columns, v.size(3)));      // [B h, N, d]
        return attended.view(batch, heads, rows, v.size(3)).MoveToOuterDisposeScope();
    }
}
