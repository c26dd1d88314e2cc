using KohyaPS.Engine.Runtime;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Models.Layers.Attention;

/// <summary>
/// What lies between the products of bfloat16 attention, each as one pass over a tile that is still in the processor's cache: libtorch would
/// take one pass for each operation. Rows are shared among the cores; sums and exponentials are float32.
/// </summary>
internal static unsafe class SoftmaxPasses
{
    /// <summary>Turns scores into exponentials relative to the row's largest, in place.</summary>
    /// <param name="scores">[heads, rows, keys] contiguous, before scaling.</param>
    /// <param name="scale">What scores are multiplied by.</param>
    /// <param name="sums">[heads, rows] float32 contiguous: receives each row's sum.</param>
    /// <param name="logSums">Address of the first row's log2 of sum and largest, float32.</param>
    /// <param name="headStride">Elements between the heads of <paramref name="logSums"/>.</param>
    public static void Exponentials(Tensor scores, float scale, Tensor sums, float* logSums, long headStride)
    {
        var (rows, keys) = (scores.size(1), (int)scores.size(2));
        var factor = scale * RowKernels.Log2E;
        fixed (byte* first = scores.bytes, firstSum = sums.bytes)
        {
            var (values, sum, logs) = ((nint)first, (nint)firstSum, (nint)logSums);
            CoreLoop.ForRows(scores.size(0) * rows, row =>
            {
                var (total, largest) = RowKernels.Exponentials((ushort*)values + row * keys, keys, factor);
                ((float*)sum)[row] = total;
                ((float*)logs)[row / rows * headStride + row % rows] = largest * factor + MathF.Log2(total);
            });
        }
    }

    /// <summary>Turns scores into probabilities, and the gradient of probabilities into that of scores before scaling, both in place.</summary>
    /// <param name="scores">[heads, rows, keys] contiguous: becomes probabilities.</param>
    /// <param name="gradients">[heads, rows, keys] contiguous: gradient of the probabilities.</param>
    /// <param name="scale">What scores are multiplied by.</param>
    /// <param name="logSums">Address of the first row's value from <see cref="Exponentials"/>.</param>
    /// <param name="means">Address of the first row's sum of probabilities times their gradients, float32.</param>
    /// <param name="headStride">Elements between the heads of both.</param>
    public static void Gradients(Tensor scores, Tensor gradients, float scale, float* logSums, float* means, long headStride)
    {
        var (rows, keys) = (scores.size(1), (int)scores.size(2));
        var factor = scale * RowKernels.Log2E;
        fixed (byte* first = scores.bytes, firstGradient = gradients.bytes)
        {
            var (values, changes, logs, mean) = ((nint)first, (nint)firstGradient, (nint)logSums, (nint)means);
            CoreLoop.ForRows(scores.size(0) * rows, row =>
            {
                var at = row / rows * headStride + row % rows;
                RowKernels.Gradients(
                    (ushort*)values + row * keys, (ushort*)changes + row * keys, keys, factor, ((float*)logs)[at], ((float*)mean)[at], scale);
            });
        }
    }
}
