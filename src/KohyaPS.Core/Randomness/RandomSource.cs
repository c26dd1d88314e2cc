namespace KohyaPS.Randomness;

/// <summary>
/// Random numbers as a pure function of (seed, purpose, step, sample): nothing is saved, a resume or another thread draws the same.
/// The key is mixed by the finalizer of SplitMix64 (Steele, Lea, Flood 2014), which also steps the stream.
/// </summary>
public struct RandomSource
{
    private const ulong Gamma = 0x9E3779B97F4A7C15;
    private ulong state;

    /// <param name="seed">The training's seed.</param>
    /// <param name="purpose">What the numbers are for.</param>
    /// <param name="step">Micro-step or epoch, counted from the start of the training.</param>
    /// <param name="sample">Index inside the step: position in the batch, or a picture's index.</param>
    public RandomSource(long seed, DrawPurpose purpose, long step = 0, long sample = 0) =>
        state = Mix(Mix(Mix(Mix((ulong)seed) + (ulong)purpose) + (ulong)step) + (ulong)sample);

    /// <summary>64 uniform bits.</summary>
    public ulong NextBits() => Finalize(state += Gamma);

    /// <summary>Uniform in [0, 1), 53 bits.</summary>
    public double NextDouble() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in [0, <paramref name="bound"/>), without bias (Lemire 2019).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The bound is less than 1.</exception>
    public long NextInteger(long bound)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bound, 1);
        var range = (ulong)bound;
        var high = Math.BigMul(NextBits(), range, out var low);
        if (low < range)
        {
            var threshold = (0 - range) % range;
            while (low < threshold)
                high = Math.BigMul(NextBits(), range, out low);
        }
        return (long)high;
    }

    /// <summary>Shuffles a list in place (Fisher-Yates).</summary>
    public void Shuffle<T>(IList<T> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        for (var i = items.Count - 1; i > 0; i--)
        {
            var j = (int)NextInteger(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    private static ulong Mix(ulong value) => Finalize(value + Gamma);

    private static ulong Finalize(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
