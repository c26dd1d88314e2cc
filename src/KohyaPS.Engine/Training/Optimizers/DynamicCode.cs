using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Optimizers;

/// <summary>
/// Dynamic 8-bit numbers (Dettmers et al. 2021, arXiv 2110.02861): 256 values in [-1, 1] or [0, 1] with seven decades of exponents, as
/// bitsandbytes builds them. A number becomes the code that the search of its kernel ends at: the nearest value, with its rule for ties.
/// </summary>
internal sealed class DynamicCode
{
    private const int Exponents = 7, Size = 256, FirstPivot = 127, HighBits = 16;
    private const double SmallestNudge = 1e-30, BeyondAll = 2;
    private readonly float[] values;
    private readonly float[] limits;
    private readonly bool isSigned;
    private readonly byte[] codesOfHighBits = new byte[1 << HighBits];
    private readonly float[] nextLimits = new float[Size];

    private DynamicCode(bool isSigned)
    {
        this.isSigned = isSigned;
        values = Values(isSigned);
        limits = [.. Enumerable.Range(0, Size - 1).Select(code => Bisect(code))];
        FillTable();
    }

    /// <summary>Codes of numbers in [-1, 1]; zero is code 127.</summary>
    public static DynamicCode Signed { get; } = new(isSigned: true);

    /// <summary>Codes of numbers in [0, 1]; zero is code 0.</summary>
    public static DynamicCode Unsigned { get; } = new(isSigned: false);

    /// <summary>The 256 values in ascending order.</summary>
    public ReadOnlySpan<float> Map => values;

    /// <summary>The values as a tensor.</summary>
    public Tensor MapOn(Device device) => tensor(values, device: device);

    /// <summary>The largest number of each code but the last, as a tensor.</summary>
    /// <param name="device">Where it lies.</param>
    /// <param name="keepsSigns">True where a negative number, however small, must not become zero, which counts as positive.</param>
    public Tensor LimitsOn(Device device, bool keepsSigns = false) => tensor(keepsSigns ? LimitsOfSigns() : limits, device: device);

    /// <summary>The code of the smallest number among those that begin with the same 16 bits, by these bits.</summary>
    public ReadOnlySpan<byte> CodesOfHighBits => codesOfHighBits;

    /// <summary>By code: what a number must exceed to have the next one. No two codes change among numbers that begin with the same 16 bits.</summary>
    public ReadOnlySpan<float> NextLimits => nextLimits;

    /// <summary>The code of a zero in a block of zeros: the last one on the side of its sign.</summary>
    public byte CodeOfZero(float zero) => isSigned && !float.IsNegative(zero) ? byte.MaxValue : byte.MinValue;

    /// <summary>Codes of numbers that are already divided by their block's largest, as the kernel's search finds them.</summary>
    /// <param name="x">float32; what is no number gets code 0.</param>
    /// <param name="codeLimits"><see cref="LimitsOn"/> the tensor's device.</param>
    public static Tensor Nearest(Tensor x, Tensor codeLimits)
    {
        using var numbers = x.nan_to_num(nan: float.MinValue);
        using var codes = bucketize(numbers, codeLimits, true, false);
        return codes.to(ScalarType.Byte);
    }

    /// <summary>Codes of whole blocks, each moment with the sign it has: the kernel mends signs after its search, down to that of a zero.</summary>
    /// <param name="rows">[rows, 256], float32.</param>
    /// <param name="largest">[rows, 1], the largest absolute value of each row's block.</param>
    /// <param name="codeLimits"><see cref="LimitsOn"/> the tensor's device, keeping signs.</param>
    public Tensor Quantise(Tensor rows, Tensor largest, Tensor codeLimits)
    {
        using var scope = NewDisposeScope();
        var isZero = largest.eq(0);
        var x = rows.div(largest.masked_fill(isZero, 1));
        // A nudge that no number notices but zero, which gets the code beside it on its side; in a block of zeros, the last code on its side.
        if (isSigned)
            x.add_(zeros_like(largest).add_(SmallestNudge).masked_fill_(isZero, BeyondAll).copysign(rows));
        return bucketize(x, codeLimits, true, false).to(ScalarType.Byte).flatten().MoveToOuterDisposeScope();
    }

    // Midpoints of equal parts of [0.1, 1] in each decade, in the float32 arithmetic of torch.linspace, which fuses its multiply-add.
    private static float[] Values(bool isSigned)
    {
        var all = new List<float> { 0, 1 };
        for (var exponent = 0; exponent < Exponents; exponent++)
        {
            var parts = isSigned ? 1 << exponent : 2 << exponent;
            var scale = (float)Math.Pow(10, exponent - Exponents + 1);
            for (var i = 0; i < parts; i++)
            {
                var value = scale * ((Boundary(i, parts) + Boundary(i + 1, parts)) / 2);
                all.Add(value);
                if (isSigned)
                    all.Add(-value);
            }
        }
        return [.. all.Order()];
    }

    private static float Boundary(int index, int parts)
    {
        var step = (1 - 0.1f) / parts;
        return index < (parts + 1) / 2 ? MathF.FusedMultiplyAdd(step, index, 0.1f) : MathF.FusedMultiplyAdd(-step, parts - index, 1);
    }

    private float[] LimitsOfSigns()
    {
        var numbers = limits.ToArray();
        if (isSigned)
            numbers[FirstPivot - 1] = -float.Epsilon;
        return numbers;
    }

    private void FillTable()
    {
        var numbers = LimitsOfSigns();
        for (var high = 0; high < codesOfHighBits.Length; high++)
        {
            // Among negative numbers the one with the largest bits is the smallest.
            var smallest = BitConverter.UInt32BitsToSingle((uint)high << HighBits | (high >= codesOfHighBits.Length / 2 ? (1u << HighBits) - 1 : 0));
            codesOfHighBits[high] = float.IsNaN(smallest) ? byte.MaxValue : (byte)numbers.Count(limit => limit < smallest);
        }
        numbers.CopyTo(nextLimits, 0);
        nextLimits[^1] = float.PositiveInfinity;
        // Nothing goes from one side of zero to the other.
        if (isSigned)
            nextLimits[FirstPivot - 1] = float.PositiveInfinity;
    }

    // The largest number whose code is at most the given one: codes rise with numbers.
    private float Bisect(int code)
    {
        var (low, high) = (Ordered(-2), Ordered(2));
        while (high - low > 1)
        {
            var middle = low + (high - low) / 2;
            if (Search(FromOrdered(middle)) <= code)
                low = middle;
            else
                high = middle;
        }
        return FromOrdered(low);
    }

    // The kernel's search: seven halvings, then the midpoint to the neighbour.
    private int Search(float x)
    {
        var (pivot, high, low) = (FirstPivot, Size - 1, 0);
        var (highValue, lowValue) = (1f, isSigned ? -1f : 0f);
        for (var step = 64; step > 0; step >>= 1)
        {
            if (x > values[pivot])
                (low, lowValue, pivot) = (pivot, values[pivot], pivot + step);
            else
                (high, highValue, pivot) = (pivot, values[pivot], pivot - step);
        }
        if (x > values[pivot])
            return x > (highValue + values[pivot]) * 0.5f ? high : pivot;
        return x < (lowValue + values[pivot]) * 0.5f ? low : pivot;
    }

    // Floats as integers in the same order.
    private static long Ordered(float x)
    {
        var bits = BitConverter.SingleToInt32Bits(x);
        return bits >= 0 ? bits : (long)int.MinValue - bits;
    }

    private static float FromOrdered(long ordered) => BitConverter.Int32BitsToSingle((int)(ordered >= 0 ? ordered : int.MinValue - ordered));
}
