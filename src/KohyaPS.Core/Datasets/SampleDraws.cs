using KohyaPS.Randomness;

namespace KohyaPS.Datasets;

/// <summary>Draws of one sample from a random source, that is from seed, purpose, epoch and the sample's ordinal.</summary>
/// <param name="source">Where the numbers come from.</param>
public sealed class SampleDraws(RandomSource source) : ISampleDraws
{
    private RandomSource source = source;

    /// <inheritdoc/>
    public double Next() => source.NextDouble();

    /// <inheritdoc/>
    public int Between(int low, int high) => (int)(low + source.NextInteger((long)high - low + 1));

    /// <inheritdoc/>
    public double Uniform(double low, double high) => low + (high - low) * source.NextDouble();

    /// <inheritdoc/>
    public int Choose(int count) => (int)source.NextInteger(count);

    /// <inheritdoc/>
    public void Shuffle<T>(IList<T> items) => source.Shuffle(items);
}
