using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace KohyaPS.Engine.Models.Layers.Attention;

/// <summary>The softmax of one row and its gradient, sixteen numbers at a time; bfloat16 is widened on reading and rounded to nearest on writing.</summary>
internal static unsafe class RowKernels
{
    /// <summary>What turns the exponent of e into that of 2.</summary>
    public const float Log2E = 1.44269504f;

    private const int Lanes = 16;

    /// <summary>True where the processor has the instructions.</summary>
    public static bool IsSupported => Avx512F.IsSupported;

    /// <summary>e = 2^(factor (x - largest)) in place.</summary>
    /// <param name="row">Numbers.</param>
    /// <param name="length">How many; of float32 a multiple of sixteen.</param>
    /// <param name="factor">What differences are multiplied by.</param>
    /// <returns>The sum of e before rounding, and the largest x.</returns>
    public static (float Sum, float Largest) Exponentials(float* row, int length, float factor)
    {
        var best = Vector512.Load(row);
        for (var i = Lanes; i < length; i += Lanes)
            best = Vector512.MaxNative(Vector512.Load(row + i), best);
        var largest = Largest(best);
        var (f, shift, sum) = (Vector512.Create(factor), Vector512.Create(-largest * factor), Vector512<float>.Zero);
        for (var i = 0; i < length; i += Lanes)
        {
            var e = Exp2(Vector512.FusedMultiplyAdd(Vector512.Load(row + i), f, shift));
            sum += e;
            e.Store(row + i);
        }
        return (Vector512.Sum(sum), largest);
    }

    /// <inheritdoc cref="Exponentials(float*, int, float)"/>
    public static (float Sum, float Largest) Exponentials(ushort* row, int length, float factor)
    {
        var (whole, rest) = (length / Lanes * Lanes, length % Lanes);
        var tail = stackalloc float[Lanes];
        var last = Pad(row + whole, tail, rest);
        var best = last;
        for (var i = 0; i < whole; i += Lanes)
            best = Vector512.MaxNative(Load(row + i), best);
        var largest = Largest(best);
        var (f, shift, sum) = (Vector512.Create(factor), Vector512.Create(-largest * factor), Vector512<float>.Zero);
        for (var i = 0; i < whole; i += Lanes)
        {
            var e = Exp2(Vector512.FusedMultiplyAdd(Load(row + i), f, shift));
            sum += e;
            Store(e, row + i);
        }
        var total = Vector512.Sum(sum);
        if (rest == 0)
            return (total, largest);
        Exp2(Vector512.FusedMultiplyAdd(last, f, shift)).Store(tail);
        for (var i = 0; i < rest; i++)
        {
            total += tail[i];
            row[whole + i] = Rounded(tail[i]);
        }
        return (total, largest);
    }

    /// <summary>p = 2^(factor x - log) in place of x, and (g - mean) p scale in place of g.</summary>
    public static void Gradients(float* row, float* gradients, int length, float factor, float log, float mean, float scale)
    {
        var (f, l, m, s) = (Vector512.Create(factor), Vector512.Create(-log), Vector512.Create(mean), Vector512.Create(scale));
        for (var i = 0; i < length; i += Lanes)
        {
            var p = Exp2(Vector512.FusedMultiplyAdd(Vector512.Load(row + i), f, l));
            p.Store(row + i);
            ((Vector512.Load(gradients + i) - m) * p * s).Store(gradients + i);
        }
    }

    /// <inheritdoc cref="Gradients(float*, float*, int, float, float, float, float)"/>
    public static void Gradients(ushort* row, ushort* gradients, int length, float factor, float log, float mean, float scale)
    {
        var (f, l, m, s) = (Vector512.Create(factor), Vector512.Create(-log), Vector512.Create(mean), Vector512.Create(scale));
        var whole = length / Lanes * Lanes;
        for (var i = 0; i < whole; i += Lanes)
        {
            var p = Exp2(Vector512.FusedMultiplyAdd(Load(row + i), f, l));
            Store(p, row + i);
            Store((Load(gradients + i) - m) * p * s, gradients + i);
        }
        for (var i = whole; i < length; i++)
        {
            var p = float.Exp2(Widened(row[i]) * factor - log);
            row[i] = Rounded(p);
            gradients[i] = Rounded((Widened(gradients[i]) - mean) * p * scale);
        }
    }

    // 2^x for x of at most about 0, to float32's last bits: the power series of 2^f on |f| <= 1/2, times a power of two.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Exp2(Vector512<float> x)
    {
        // Below lie numbers without full precision; 2^-125 is as good as nothing beside a sum of at least 1.
        // What is no number stays so: the instruction gives its second operand then, and turns it into the integer whose shift is 0.
        x = Vector512.MaxNative(Vector512.Create(-125f), x);
        var whole = Vector512.Round(x);
        var f = x - whole;
        var p = Vector512.FusedMultiplyAdd(f, Vector512.Create(1.5403530e-4f), Vector512.Create(1.3333558e-3f));
        p = Vector512.FusedMultiplyAdd(p, f, Vector512.Create(9.6181291e-3f));
        p = Vector512.FusedMultiplyAdd(p, f, Vector512.Create(5.5504109e-2f));
        p = Vector512.FusedMultiplyAdd(p, f, Vector512.Create(2.4022651e-1f));
        p = Vector512.FusedMultiplyAdd(p, f, Vector512.Create(6.9314718e-1f));
        p = Vector512.FusedMultiplyAdd(p, f, Vector512<float>.One);
        return (p.AsInt32() + (Vector512.ConvertToInt32Native(whole) << 23)).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Load(ushort* source) =>
        (Avx512F.ConvertToVector512UInt32(Vector256.Load(source)) << 16).AsSingle();

    // Round to nearest, ties to even, as libtorch does; there are no infinities here.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector512<float> values, ushort* target)
    {
        var bits = values.AsUInt32();
        bits += Vector512.Create(0x7fffu) + ((bits >> 16) & Vector512<uint>.One);
        Avx512F.ConvertToVector256UInt16(bits >> 16).Store(target);
    }

    private static float Widened(ushort half) => BitConverter.UInt32BitsToSingle((uint)half << 16);

    private static ushort Rounded(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        return (ushort)((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
    }

    private static Vector512<float> Pad(ushort* source, float* tail, int count)
    {
        for (var i = 0; i < Lanes; i++)
            tail[i] = i < count ? Widened(source[i]) : float.NegativeInfinity;
        return Vector512.Load(tail);
    }

    private static float Largest(Vector512<float> values)
    {
        var best = values[0];
        for (var i = 1; i < Lanes; i++)
            best = Math.Max(best, values[i]);
        return best;
    }
}
