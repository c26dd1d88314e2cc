using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace KohyaPS.Engine.Imaging.Resizing;

/// <summary>One pixel in the four lanes of a vector; the fourth lane of RGB pixels is whatever follows, and is overwritten by the next pixel when stored.</summary>
internal static class PixelLanes
{
    /// <summary>Rows of numbers need this many elements behind their end.</summary>
    public const int Slack = 4;

    /// <summary>The channels of the pixel at an offset of a row that has slack.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Load(ReadOnlySpan<byte> row, int offset)
    {
        var bytes = Vector128.CreateScalar(BinaryPrimitives.ReadUInt32LittleEndian(row[offset..])).AsByte();
        return Vector128.WidenLower(Vector128.WidenLower(bytes)).AsInt32();
    }

    /// <summary>Adds a weighted row to sums: sums += row * weight.</summary>
    public static void AddWeighted(ReadOnlySpan<float> row, float weight, Span<float> sums)
    {
        var weights = Vector128.Create(weight);
        var i = 0;
        for (; i <= sums.Length - 4; i += 4)
            (Vector128.Create<float>(sums[i..]) + Vector128.Create(row[i..]) * weights).CopyTo(sums[i..]);
        for (; i < sums.Length; i++)
            sums[i] += row[i] * weight;
    }

    /// <summary>Rounds to the nearest level, halves to even.</summary>
    public static void Round(ReadOnlySpan<float> values, Span<byte> levels)
    {
        for (var i = 0; i < levels.Length; i++)
            levels[i] = (byte)Math.Clamp(MathF.Round(values[i], MidpointRounding.ToEven), 0, 255);
    }
}
