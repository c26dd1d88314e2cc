using KohyaPS.Engine.Runtime;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Models.Layers.Attention;

/// <summary>
/// The forward pass of float32 attention, without a graph: some rows of one head at a time, whose scores lie in one core's cache from the first
/// product to the last. The numbers depend on the sizes only, not on how many cores there are.
/// </summary>
internal sealed unsafe class RegisterForward
{
    // Scores that stay in a core's cache: those of whole rows, so that their largest is known before the exponentials.
    private const int CachedScores = 1 << 17;
    private const int MostRows = 32;

    // Values that stay there while the rows pass.
    private const int CachedKeys = 256;

    private readonly AttentionSizes sizes;
    private readonly nint tileRows, q, output, logSums;
    private readonly FloatBuffer turnedKeys, values;

    private RegisterForward(AttentionSizes sizes, nint q, nint output, nint logSums, FloatBuffer turnedKeys, FloatBuffer values)
    {
        (this.sizes, this.q, this.output, this.logSums, this.turnedKeys, this.values) = (sizes, q, output, logSums, turnedKeys, values);
        tileRows = Math.Clamp(CachedScores / sizes.PaddedKeys / RegisterProduct.Rows * RegisterProduct.Rows, RegisterProduct.Rows, MostRows);
    }

    /// <param name="q">[B, heads, N, d]</param>
    /// <param name="k">[B, heads, L, d]</param>
    /// <param name="v">[B, heads, L, d]</param>
    /// <returns>[B, N, heads, d] and, for the backward pass, [B, heads, N]: log2 of each row's sum of exponentials.</returns>
    public static (Tensor Output, Tensor LogSums) Run(Tensor q, Tensor k, Tensor v)
    {
        using var scope = NewDisposeScope();
        var sizes = AttentionSizes.Of(q, k);
        var output = empty(q.size(0), q.size(2), q.size(1), q.size(3));
        var logSums = empty(q.size(0), q.size(1), q.size(2));
        using var turnedKeys = new FloatBuffer(sizes.AllHeads * sizes.PaddedKeys * sizes.Width);
        using var values = new FloatBuffer(sizes.AllHeads * sizes.Keys * sizes.PaddedWidth);
        fixed (byte* qs = AttentionSizes.Lying(q).bytes, ks = AttentionSizes.Lying(k).bytes, vs = AttentionSizes.Lying(v).bytes)
        fixed (byte* outputs = output.bytes, logs = logSums.bytes)
        {
            var (kAt, vAt) = ((nint)ks, (nint)vs);
            var pass = new RegisterForward(sizes, (nint)qs, (nint)outputs, (nint)logs, turnedKeys, values);
            CoreLoop.ForEach(sizes.AllHeads, head =>
            {
                sizes.KeysOf(kAt, head).PackTurned(pass.TurnedKeys(head), AttentionSizes.Panel);
                sizes.KeysOf(vAt, head).Pack(0, sizes.Keys, pass.Value(head, 0), sizes.Keys, sizes.PaddedWidth);
            });
            var tiles = (sizes.Rows + pass.tileRows - 1) / pass.tileRows;
            CoreLoop.ForEach(sizes.AllHeads * tiles, item => pass.Attend(item / tiles, item % tiles * pass.tileRows));
        }
        return (output.MoveToOuterDisposeScope(), logSums.MoveToOuterDisposeScope());
    }

    private float* TurnedKeys(nint head) => turnedKeys.At(head * sizes.PaddedKeys * sizes.Width);

    private float* Value(nint head, nint key) => values.At((head * sizes.Keys + key) * sizes.PaddedWidth);

    private void Attend(nint head, nint first)
    {
        var (keys, paddedKeys, width) = (sizes.Keys, sizes.PaddedKeys, sizes.PaddedWidth);
        var rows = Math.Min(tileRows, sizes.Rows - first);
        using var asking = new FloatBuffer(tileRows * width);
        using var scores = new FloatBuffer(tileRows * paddedKeys);
        using var attended = new FloatBuffer(tileRows * width);
        sizes.RowsOf(q, head).Pack(first, rows, asking.At(0), tileRows, width);
        RegisterProduct.MultiplyByPanels(asking.At(0), width, tileRows, TurnedKeys(head), paddedKeys, sizes.Width, scores.At(0), paddedKeys);
        var sums = stackalloc float[(int)tileRows];
        for (nint row = 0; row < rows; row++)
        {
            var score = scores.At(row * paddedKeys);
            new Span<float>(score + keys, (int)(paddedKeys - keys)).Fill(float.NegativeInfinity);
            (sums[row], var largest) = RowKernels.Exponentials(score, (int)paddedKeys, sizes.Factor);
            ((float*)logSums)[head * sizes.Rows + first + row] = largest * sizes.Factor + MathF.Log2(sums[row]);
        }
        for (nint key = 0; key < keys; key += CachedKeys)
        {
            RegisterProduct.Multiply(
                scores.At(key), paddedKeys, 1, Value(head, key), width, Math.Min(CachedKeys, keys - key),
                attended.At(0), width, tileRows, width, adds: key > 0);
        }
        var target = sizes.RowsOf(output, head);
        for (nint row = 0; row < rows; row++)
            for (nint e = 0; e < sizes.Width; e++)
                target[first + row][e] = attended.At(row * width)[e] / sums[row];
    }
}
