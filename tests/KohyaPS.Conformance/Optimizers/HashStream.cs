using static TorchSharp.torch;

namespace KohyaPS.Conformance.Optimizers;

/// <summary>The inputs of the traces: numbers from a hash of (stream, index), exact in float32.</summary>
internal static class HashStream
{
    /// <summary>Numbers in [-0.5, 0.5).</summary>
    public static float[] Unit(long stream, long count) => Fill(stream, count, word => ((int)(word >> 8)) * (1 / 16777216f) - 0.5f);

    /// <summary>Powers of two from 1 down to 1/128.</summary>
    public static float[] Spread(long stream, long count) => Fill(stream, count, word => 1f / (1 << (int)(word & 7)));

    /// <summary>A float32 tensor of <see cref="Unit"/> times a scale.</summary>
    public static Tensor Tensor(long stream, double scale, long[] shape)
    {
        var values = Unit(stream, shape.Aggregate(1L, (a, b) => a * b));
        return tensor([.. values.Select(v => v * (float)scale)]).reshape(shape);
    }

    private static float[] Fill(long stream, long count, Func<uint, float> value)
    {
        var values = new float[count];
        for (var i = 0; i < count; i++)
            values[i] = value(Word((uint)stream, (uint)i));
        return values;
    }

    private static uint Word(uint stream, uint i)
    {
        unchecked
        {
            var x = stream * 0x9E3779B1 + i * 0x85EBCA77 + 0xC2B2AE3D;
            x ^= x >> 16;
            x *= 0x7FEB352D;
            x ^= x >> 15;
            x *= 0x846CA68B;
            return x ^ (x >> 16);
        }
    }
}
