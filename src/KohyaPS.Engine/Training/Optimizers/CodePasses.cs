using System.Numerics;
using System.Runtime.CompilerServices;
using KohyaPS.Engine.Networks;
using KohyaPS.Engine.Runtime;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Optimizers;

/// <summary>
/// Moments to codes and back in the processor's memory, in one pass for each direction: libtorch takes one for each operation and searches every code
/// among 256, where the first bits of a number leave only two.
/// </summary>
internal static unsafe class CodePasses
{
    private const int RowLength = ParameterGroup.Alignment;

    /// <summary>The moment of all codes.</summary>
    public static Tensor Load(Tensor codes, Tensor largest, BlockTable blocks, DynamicCode code)
    {
        var moment = empty(codes.numel());
        fixed (byte* firstCode = codes.bytes, firstLargest = largest.bytes, firstValue = moment.bytes)
        fixed (float* firstMap = code.Map)
        {
            var (from, factors, to, map) = ((nint)firstCode, (nint)firstLargest, (nint)firstValue, (nint)firstMap);
            CoreLoop.ForRows(blocks.Blocks, block =>
            {
                var values = (float*)map;
                var factor = ((float*)factors)[block];
                var end = blocks.FirstRows[(int)block + 1] * RowLength;
                for (var i = blocks.FirstRows[(int)block] * RowLength; i < end; i++)
                    ((float*)to)[i] = values[((byte*)from)[i]] * factor;
            });
        }
        return moment;
    }

    /// <summary>Codes and largest values of a moment.</summary>
    public static void Store(Tensor moment, Tensor codes, Tensor largest, BlockTable blocks, DynamicCode code)
    {
        fixed (byte* firstCode = codes.bytes, firstLargest = largest.bytes, firstValue = moment.bytes)
        fixed (byte* firstTable = code.CodesOfHighBits)
        fixed (float* firstLimit = code.NextLimits)
        {
            var (to, factors, from, table, limits) = ((nint)firstCode, (nint)firstLargest, (nint)firstValue, (nint)firstTable, (nint)firstLimit);
            CoreLoop.ForRows(blocks.Blocks, block =>
            {
                var (start, end) = (blocks.FirstRows[(int)block] * RowLength, blocks.FirstRows[(int)block + 1] * RowLength);
                var factor = Largest((float*)from + start, (int)(end - start));
                ((float*)factors)[block] = factor;
                for (var row = start; row < end; row += RowLength)
                {
                    if (factor == 0)
                        StoreZeros((float*)from + row, (byte*)to + row, code);
                    else
                        StoreRow((float*)from + row, factor, (byte*)to + row, (byte*)table, (float*)limits);
                }
            });
        }
    }

    private static float Largest(float* values, int count)
    {
        var largest = Vector<float>.Zero;
        for (var i = 0; i < count; i += Vector<float>.Count)
            largest = Vector.Max(largest, Vector.Abs(Vector.Load(values + i)));
        var best = 0f;
        for (var i = 0; i < Vector<float>.Count; i++)
            best = MathF.Max(best, largest[i]);
        return best;
    }

    [SkipLocalsInit]
    private static void StoreRow(float* values, float factor, byte* codes, byte* table, float* limits)
    {
        var quotients = stackalloc float[RowLength];
        var divisor = new Vector<float>(factor);
        for (var i = 0; i < RowLength; i += Vector<float>.Count)
            (Vector.Load(values + i) / divisor).Store(quotients + i);
        for (var i = 0; i < RowLength; i++)
        {
            var code = table[((uint*)quotients)[i] >> 16];
            // Added as a number: a branch would be guessed wrong every other time.
            var isNext = quotients[i] > limits[code];
            codes[i] = (byte)(code + *(byte*)&isNext);
        }
    }

    private static void StoreZeros(float* values, byte* codes, DynamicCode code)
    {
        for (var i = 0; i < RowLength; i++)
            codes[i] = code.CodeOfZero(values[i]);
    }
}
