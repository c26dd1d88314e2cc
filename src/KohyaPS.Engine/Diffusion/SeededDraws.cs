using KohyaPS.Randomness;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Diffusion;

/// <summary>The draws of a training: pure functions of (seed, purpose, step, sample). Each sample has its own, whatever the batch holds beside it.</summary>
/// <param name="seed">The training's seed.</param>
internal sealed class SeededDraws(long seed) : IDraws
{
    /// <inheritdoc/>
    public Tensor LatentSample(long epoch, IReadOnlyList<long> images, long[] shape) => Stack(shape, i => Source(DrawPurpose.LatentSample, epoch, images[i]));

    /// <inheritdoc/>
    public Tensor Noise(long step, long[] shape) => Stack(shape, i => Source(DrawPurpose.Noise, step, i));

    /// <inheritdoc/>
    public Tensor Timesteps(long step, int batchSize, TimestepRange range)
    {
        var timesteps = new long[batchSize];
        for (var i = 0; i < batchSize; i++)
            timesteps[i] = range.Draw(bound => Source(DrawPurpose.Timestep, step, i).NextInteger(bound));
        return tensor(timesteps);
    }

    /// <inheritdoc/>
    public double NoiseOffsetStrength(long step) => Source(DrawPurpose.NoiseOffsetStrength, step, 0).NextDouble();

    /// <inheritdoc/>
    public Tensor NoiseOffset(long step, long[] shape) => Stack(shape, i => Source(DrawPurpose.NoiseOffset, step, i));

    /// <inheritdoc/>
    public double MultiresRatio(long step, int level) => Source(DrawPurpose.MultiresRatio, step, level).NextDouble();

    /// <inheritdoc/>
    // The level shares the sample's place in the key: a batch never comes near 2^32 samples.
    public Tensor MultiresNoise(long step, int level, long[] shape) => Stack(shape, i => Source(DrawPurpose.MultiresNoise, step, ((long)level << 32) + i));

    /// <inheritdoc/>
    public double InputPerturbationStrength(long step) => Source(DrawPurpose.InputPerturbationStrength, step, 0).NextDouble();

    /// <inheritdoc/>
    public Tensor InputPerturbation(long step, long[] shape) => Stack(shape, i => Source(DrawPurpose.InputPerturbation, step, i));

    private RandomSource Source(DrawPurpose purpose, long step, long sample) => new(seed, purpose, step, sample);

    private static Tensor Stack(long[] shape, Func<int, RandomSource> sourceOf)
    {
        using var scope = NewDisposeScope();
        var samples = Enumerable.Range(0, (int)shape[0]).Select(i => GaussianNoise.Draw(sourceOf(i), shape[1..])).ToArray();
        return stack(samples).MoveToOuterDisposeScope();
    }
}
