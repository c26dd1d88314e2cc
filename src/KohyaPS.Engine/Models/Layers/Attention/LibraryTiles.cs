using static TorchSharp.torch;

namespace KohyaPS.Engine.Models.Layers.Attention;

/// <summary>
/// The two passes of bfloat16 attention, without a graph: libtorch's products, which have the processor's instructions for that type, and one
/// pass of ours between them. A tile is some rows of one head, or some whole heads where they are small.
/// </summary>
internal static unsafe class LibraryTiles
{
    // Scores and their gradients of this many elements stay in the shared cache of current processors.
    private const long TileElements = 1 << 22;

    /// <param name="q">[B, heads, N, d]</param>
    /// <param name="k">[B, heads, L, d]</param>
    /// <param name="v">[B, heads, L, d]</param>
    /// <returns>[B, N, heads, d] and, for the backward pass, [B, heads, N] float32: log2 of each row's sum of exponentials.</returns>
    public static (Tensor Output, Tensor LogSums) Forward(Tensor q, Tensor k, Tensor v)
    {
        using var scope = NewDisposeScope();
        var (batch, heads, rows, width) = (q.size(0), q.size(1), q.size(2), q.size(3));
        var output = empty(batch, rows, heads, width, dtype: q.dtype);
        var logSums = empty(batch, heads, rows, dtype: float32);
        var scale = (float)(1 / Math.Sqrt(width));
        fixed (byte* logs = logSums.bytes)
        {
            foreach (var tile in Tiles(batch, heads, rows, k.size(2)))
            {
                using var inner = NewDisposeScope();
                var (qt, kt, vt) = (tile.Rows(q), tile.Heads(k), tile.Heads(v));
                var scores = qt.bmm(kt.transpose(1, 2));                         // [g, n, L]
                var sums = empty(tile.HeadCount, tile.RowCount, 1, dtype: float32);
                SoftmaxPasses.Exponentials(scores, scale, sums, (float*)logs + tile.Offset(heads, rows), rows);
                var attended = scores.bmm(vt).div_(sums);                        // [g, n, d]
                tile.Rows(output.transpose(1, 2), copies: false).copy_(attended);
            }
        }
        return (output.MoveToOuterDisposeScope(), logSums.MoveToOuterDisposeScope());
    }

    /// <param name="q">[B, heads, N, d]</param>
    /// <param name="k">[B, heads, L, d]</param>
    /// <param name="v">[B, heads, L, d]</param>
    /// <param name="output">[B, N, heads, d]</param>
    /// <param name="logSums">[B, heads, N] from the forward pass.</param>
    /// <param name="gradient">[B, N, heads, d] of the output.</param>
    /// <returns>Gradients of q, k and v, each as its tensor lies.</returns>
    public static (Tensor Q, Tensor K, Tensor V) Backward(Tensor q, Tensor k, Tensor v, Tensor output, Tensor logSums, Tensor gradient)
    {
        using var scope = NewDisposeScope();
        var (batch, heads, rows, width) = (q.size(0), q.size(1), q.size(2), q.size(3));
        var keys = k.size(2);
        var scale = (float)(1 / Math.Sqrt(width));
        var means = (output.to(float32) * gradient).sum(3L).transpose(1, 2).contiguous();      // [B, h, N]
        var gradientHeads = gradient.transpose(1, 2);
        var gq = empty(batch, rows, heads, width, dtype: q.dtype).transpose(1, 2);
        // Sums over the row tiles, in float32 and turned: [B, h, d, L].
        var (gk, gv) = (zeros(batch, heads, width, keys, dtype: float32), zeros(batch, heads, width, keys, dtype: float32));
        fixed (byte* logs = logSums.bytes, mean = means.bytes)
        {
            foreach (var tile in Tiles(batch, heads, rows, keys))
            {
                using var inner = NewDisposeScope();
                var (qt, gt, kt, vt) = (tile.Rows(q), tile.Rows(gradientHeads), tile.Heads(k), tile.Heads(v));
                var scores = qt.bmm(kt.transpose(1, 2));                         // [g, n, L], then the probabilities
                var change = gt.bmm(vt.transpose(1, 2));                         // [g, n, L], then the gradient of the scores
                var offset = tile.Offset(heads, rows);
                SoftmaxPasses.Gradients(scores, change, scale, (float*)logs + offset, (float*)mean + offset, rows);
                tile.Rows(gq, copies: false).copy_(change.bmm(kt));
                tile.Heads(gv, copies: false).add_(gt.transpose(1, 2).bmm(scores));      // [g, d, L]
                tile.Heads(gk, copies: false).add_(qt.transpose(1, 2).bmm(change));
            }
        }
        return (gq.MoveToOuterDisposeScope(), Turned(gk, k.dtype), Turned(gv, v.dtype));
    }

    // [B, h, d, L] -> [B, h, L, d], laid out as the layer before wants it: [B, L, h d].
    private static Tensor Turned(Tensor sums, ScalarType dtype) => sums.permute(0, 3, 1, 2).to(dtype).contiguous().transpose(1, 2).MoveToOuterDisposeScope();

    private static IEnumerable<AttentionTile> Tiles(long batch, long heads, long rows, long keys)
    {
        var headCount = Math.Clamp(TileElements / (rows * keys), 1, heads);
        // Of equal size but for one row, so that none is small.
        var rowTiles = headCount > 1 ? 1 : (rows * keys + TileElements - 1) / TileElements;
        for (var sample = 0L; sample < batch; sample++)
            for (var head = 0L; head < heads; head += headCount)
                for (var part = 0L; part < rowTiles; part++)
                    yield return new(sample, head, Math.Min(headCount, heads - head), rows * part / rowTiles, rows * (part + 1) / rowTiles - rows * part / rowTiles);
    }
}
