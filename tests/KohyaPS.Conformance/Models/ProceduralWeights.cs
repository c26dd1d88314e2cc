using System.Text;

namespace KohyaPS.Conformance.Models;

/// <summary>
/// Weights by the formula of the goldens' README: FNV-1a 64 of "seed:key", then a splitmix64 counter, 24 bits of it as a float.
/// </summary>
public static class ProceduralWeights
{
    private const ulong FnvOffset = 0xcbf29ce484222325;
    private const ulong FnvPrime = 0x100000001b3;
    private const ulong Increment = 0x9E3779B97F4A7C15;
    private const int ChunkLength = 1 << 18;

    /// <summary>FNV-1a 64 of the UTF-8 bytes.</summary>
    public static ulong Hash(string text)
    {
        var hash = FnvOffset;
        foreach (var b in Encoding.UTF8.GetBytes(text))
            hash = (hash ^ b) * FnvPrime;
        return hash;
    }

    /// <summary>The draw at a flat index, -1 to 1 exclusive.</summary>
    public static float Draw(ulong hash, long index)
    {
        var z = hash + ((ulong)index + 1) * Increment;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        z ^= z >> 31;
        return (2 * (int)(z >> 40) + 1 - (1 << 24)) * (1f / (1 << 24));
    }

    /// <summary>Offset and scale of a weight, by its key and shape.</summary>
    public static (float Offset, float Scale) Range(string key, IReadOnlyList<long> shape)
    {
        if (shape.Count == 0)
            return (0, 1);
        if (shape.Count == 1)
            return key.EndsWith("bias", StringComparison.Ordinal) ? (0, 0.125f) : (1, 0.25f);
        if (key.EndsWith("embedding.weight", StringComparison.Ordinal) || key.EndsWith("positional_embedding", StringComparison.Ordinal))
            return (0, 1);
        return (0, (float)Math.Sqrt(3.0 / shape.Skip(1).Aggregate(1L, (a, b) => a * b)));
    }

    /// <summary>Fills a destination with the values from a flat index on.</summary>
    /// <param name="destination">Address of the first float32 to write.</param>
    /// <param name="count">Values to write.</param>
    /// <param name="hash">Hash of "seed:key".</param>
    /// <param name="first">Flat index of the first value.</param>
    /// <param name="offset">Added to each draw.</param>
    /// <param name="scale">Multiplies each draw.</param>
    public static unsafe void Fill(float* destination, long count, ulong hash, long first, float offset, float scale) =>
        Parallel.For(0, (count + ChunkLength - 1) / ChunkLength, chunk =>
        {
            var end = Math.Min(count, (chunk + 1) * ChunkLength);
            for (var i = chunk * ChunkLength; i < end; i++)
                destination[i] = offset + Draw(hash, first + i) * scale;
        });
}
