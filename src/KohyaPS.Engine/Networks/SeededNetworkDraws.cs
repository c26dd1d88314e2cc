using KohyaPS.Randomness;
using TorchSharp;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Networks;

/// <summary>Draws that follow from (seed, micro-step, adapter), so that a resumed or recomputed step drops the same values.</summary>
/// <param name="seed">The training's seed.</param>
internal sealed class SeededNetworkDraws(long seed) : INetworkDraws
{
    private enum Use
    {
        Module,
        Values,
        Ranks,
        Slice,
    }

    /// <summary>The micro-step whose numbers are drawn, counted from the start of the training.</summary>
    public long MicroStep { get; set; }

    /// <inheritdoc/>
    public double Module(string adapter) => Source(adapter, Use.Module).NextDouble();

    /// <inheritdoc/>
    public Tensor Values(string adapter, long[] shape) => Uniform(adapter, Use.Values, shape);

    /// <inheritdoc/>
    public Tensor Ranks(string adapter, long batch, long rank) => Uniform(adapter, Use.Ranks, [batch, rank]);

    /// <inheritdoc/>
    public long Slice(string adapter, long rank) => Source(adapter, Use.Slice).NextInteger(rank);

    private RandomSource Source(string adapter, Use use) => new(seed, DrawPurpose.NetworkDropout, MicroStep, AdapterSeed.Of(adapter) + (long)use);

    private Tensor Uniform(string adapter, Use use, long[] shape)
    {
        using var generator = new Generator(Source(adapter, use).NextBits());
        return rand(shape, dtype: ScalarType.Float32, generator: generator);
    }
}
