using KohyaPS.Engine.Runtime;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Models.Layers.Attention;

/// <summary>
/// The backward pass of float32 attention, without a graph: a tile of scores and their gradients lies in one core's cache from the first
/// product to the last. The numbers depend on the sizes only, not on how many cores there are.
/// </summary>
internal sealed unsafe class RegisterBackward
{
    private const int TileRows = 64;
    private const int TileKeys = 256;

    // Work for as many cores: parts of the rows, each of which adds up gradients of all keys. These are added in order at the end.
    private const int Pieces = 16;

    private readonly AttentionSizes sizes;
    private readonly nint parts, partRows;
    private readonly nint q, gradient, logSums, means, ofQ;
    private readonly FloatBuffer turnedKeys, turnedValues, keyRows, keySums, valueSums;

    private RegisterBackward(AttentionSizes sizes, nint q, nint gradient, nint logSums, nint means, nint ofQ)
    {
        (this.sizes, this.q, this.gradient, this.logSums, this.means, this.ofQ) = (sizes, q, gradient, logSums, means, ofQ);
        parts = Math.Clamp(Pieces / sizes.AllHeads, 1, (sizes.Rows + TileRows - 1) / TileRows);
        partRows = AttentionSizes.Padded((sizes.Rows + parts - 1) / parts, TileRows);
        turnedKeys = new(sizes.AllHeads * sizes.PaddedKeys * sizes.Width);
        turnedValues = new(sizes.AllHeads * sizes.PaddedKeys * sizes.Width);
        keyRows = new(sizes.AllHeads * sizes.Keys * sizes.PaddedWidth);
        keySums = new(sizes.AllHeads * parts * sizes.PaddedKeys * sizes.PaddedWidth);
        valueSums = new(sizes.AllHeads * parts * sizes.PaddedKeys * sizes.PaddedWidth);
    }

    /// <param name="q">[B, heads, N, d]</param>
    /// <param name="k">[B, heads, L, d]</param>
    /// <param name="v">[B, heads, L, d]</param>
    /// <param name="output">[B, N, heads, d]</param>
    /// <param name="logSums">[B, heads, N] from the forward pass.</param>
    /// <param name="gradient">[B, N, heads, d] of the output.</param>
    /// <returns>Gradients of q, k and v, each as its tensor lies.</returns>
    public static (Tensor Q, Tensor K, Tensor V) Run(Tensor q, Tensor k, Tensor v, Tensor output, Tensor logSums, Tensor gradient)
    {
        using var scope = NewDisposeScope();
        var sizes = AttentionSizes.Of(q, k);
        var means = (output * gradient).sum(3L).transpose(1, 2).contiguous();        // [B, heads, N]
        var (lyingQ, lyingK, lyingV) = (AttentionSizes.Lying(q), AttentionSizes.Lying(k), AttentionSizes.Lying(v));
        var (ofQ, ofK, ofV) = (empty_like(lyingQ), empty_like(lyingK), empty_like(lyingV));
        fixed (byte* qs = lyingQ.bytes, ks = lyingK.bytes, vs = lyingV.bytes, changes = gradient.contiguous().bytes)
        fixed (byte* logs = logSums.bytes, meanFirst = means.bytes, qChanges = ofQ.bytes, kChanges = ofK.bytes, vChanges = ofV.bytes)
        {
            var pass = new RegisterBackward(sizes, (nint)qs, (nint)changes, (nint)logs, (nint)meanFirst, (nint)qChanges);
            try
            {
                pass.Run((nint)ks, (nint)vs, (nint)kChanges, (nint)vChanges);
            }
            finally
            {
                pass.Free();
            }
        }
        return (Heads(ofQ), Heads(ofK), Heads(ofV));
    }

    private static Tensor Heads(Tensor rows) => rows.transpose(1, 2).MoveToOuterDisposeScope();

    private void Run(nint k, nint v, nint ofK, nint ofV)
    {
        CoreLoop.ForEach(sizes.AllHeads, head =>
        {
            sizes.KeysOf(k, head).PackTurned(TurnedKeys(head, 0), AttentionSizes.Panel);
            sizes.KeysOf(v, head).PackTurned(TurnedValues(head, 0), AttentionSizes.Panel);
            sizes.KeysOf(k, head).Pack(0, sizes.Keys, KeyRow(head, 0), sizes.Keys, sizes.PaddedWidth);
        });
        CoreLoop.ForEach(sizes.AllHeads * parts, piece => Change(piece, piece / parts, piece % parts * partRows));
        CoreLoop.ForEach(sizes.AllHeads, head =>
        {
            AddUp(keySums, head, sizes.KeysOf(ofK, head));
            AddUp(valueSums, head, sizes.KeysOf(ofV, head));
        });
    }

    private float* TurnedKeys(nint head, nint key) => turnedKeys.At((head * sizes.PaddedKeys + key) * sizes.Width);

    private float* TurnedValues(nint head, nint key) => turnedValues.At((head * sizes.PaddedKeys + key) * sizes.Width);

    private float* KeyRow(nint head, nint key) => keyRows.At((head * sizes.Keys + key) * sizes.PaddedWidth);

    // A piece's sums for all keys.
    private float* Sum(FloatBuffer sums, nint piece, nint key) => sums.At((piece * sizes.PaddedKeys + key) * sizes.PaddedWidth);

    private void Change(nint piece, nint head, nint first)
    {
        var rows = Math.Min(partRows, sizes.Rows - first);
        if (rows <= 0)
            return;
        var (keys, width) = (sizes.Keys, sizes.PaddedWidth);
        using var asking = new FloatBuffer(partRows * width);
        using var changes = new FloatBuffer(partRows * width);
        using var askingSums = new FloatBuffer(partRows * width);
        using var scores = new FloatBuffer(TileRows * TileKeys);
        using var scoreChanges = new FloatBuffer(TileRows * TileKeys);
        sizes.RowsOf(q, head).Pack(first, rows, asking.At(0), partRows, width);
        sizes.RowsOf(gradient, head).Pack(first, rows, changes.At(0), partRows, width);
        for (nint key = 0; key < keys; key += TileKeys)
        {
            var tileKeys = Math.Min(TileKeys, keys - key);
            var paddedKeys = AttentionSizes.Padded(tileKeys, AttentionSizes.Panel);
            for (nint row = 0; row < rows; row += TileRows)
            {
                var tileRows = Math.Min(TileRows, rows - row);
                var paddedRows = AttentionSizes.Padded(tileRows, RegisterProduct.Rows);
                var rowAt = row * width;
                RegisterProduct.MultiplyByPanels(asking.At(rowAt), width, paddedRows, TurnedKeys(head, key), paddedKeys, sizes.Width, scores.At(0), TileKeys);
                RegisterProduct.MultiplyByPanels(changes.At(rowAt), width, paddedRows, TurnedValues(head, key), paddedKeys, sizes.Width, scoreChanges.At(0), TileKeys);
                Differentiate(scores, scoreChanges, (int)tileRows, (int)paddedKeys, head * sizes.Rows + first + row);
                RegisterProduct.Multiply(
                    scoreChanges.At(0), TileKeys, 1, KeyRow(head, key), width, tileKeys, askingSums.At(rowAt), width, paddedRows, width, adds: key > 0);
                RegisterProduct.Multiply(
                    scores.At(0), 1, TileKeys, changes.At(rowAt), width, tileRows, Sum(valueSums, piece, key), width, paddedKeys, width, adds: row > 0);
                RegisterProduct.Multiply(
                    scoreChanges.At(0), 1, TileKeys, asking.At(rowAt), width, tileRows, Sum(keySums, piece, key), width, paddedKeys, width, adds: row > 0);
            }
        }
        var target = sizes.RowsOf(ofQ, head);
        for (nint row = 0; row < rows; row++)
            new Span<float>(askingSums.At(row * width), (int)sizes.Width).CopyTo(new(target[first + row], (int)sizes.Width));
    }

    // Scores become probabilities, their gradients those of the scores.
    private void Differentiate(FloatBuffer scores, FloatBuffer scoreChanges, int rows, int paddedKeys, nint at)
    {
        for (nint row = 0; row < rows; row++)
        {
            var (log, mean) = (((float*)logSums)[at + row], ((float*)means)[at + row]);
            RowKernels.Gradients(scores.At(row * TileKeys), scoreChanges.At(row * TileKeys), paddedKeys, sizes.Factor, log, mean, sizes.Scale);
        }
    }

    private void AddUp(FloatBuffer sums, nint head, HeadRows target)
    {
        for (nint key = 0; key < sizes.Keys; key++)
        {
            for (nint e = 0; e < sizes.Width; e++)
            {
                var sum = 0f;
                for (nint part = 0; part * partRows < sizes.Rows; part++)
                    sum += Sum(sums, head * parts + part, key)[e];
                target[key][e] = sum;
            }
        }
    }

    private void Free()
    {
        foreach (var buffer in new[] { turnedKeys, turnedValues, keyRows, keySums, valueSums })
            buffer.Dispose();
    }
}
