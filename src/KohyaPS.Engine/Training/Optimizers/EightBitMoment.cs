using KohyaPS.Engine.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Optimizers;

/// <summary>
/// A moment kept as one byte a value: blocks of values are divided by their largest, and each becomes a code of <see cref="DynamicCode"/>.
/// The rows of a flat buffer are the blocks; longer blocks are several rows, which a table joins.
/// </summary>
internal sealed class EightBitMoment : IMoment, IDisposable
{
    private readonly Tensor codes, largest, map, limits;
    private readonly BlockTable blocks;
    private readonly DynamicCode code;

    /// <param name="codes">The codes, one a value; a view that the moment owns.</param>
    /// <param name="largest">The largest absolute value of each block; a view that the moment owns.</param>
    /// <param name="blocks">Which rows make a block.</param>
    /// <param name="code">Signed for first moments, unsigned for squares.</param>
    public EightBitMoment(Tensor codes, Tensor largest, BlockTable blocks, DynamicCode code)
    {
        (this.codes, this.largest, this.blocks, this.code) = (codes.DetachFromDisposeScope(), largest.DetachFromDisposeScope(), blocks, code);
        using var guard = no_grad();
        map = code.MapOn(blocks.Device).DetachFromDisposeScope();
        limits = code.LimitsOn(blocks.Device, keepsSigns: true).DetachFromDisposeScope();
    }

    /// <inheritdoc/>
    public Tensor Load()
    {
        using var scope = NewDisposeScope();
        if (blocks.Device.type == DeviceType.CPU)
            return CodePasses.Load(codes, largest, blocks, code).MoveToOuterDisposeScope();
        var factors = blocks.ToRows(largest.to(blocks.Device));
        // index_select takes no bytes as indices.
        var values = map.index_select(0, codes.to(blocks.Device, non_blocking: true).to(ScalarType.Int32)).view(-1, ParameterGroup.Alignment);
        return values.mul_(factors).flatten().MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Store(Tensor moment)
    {
        if (blocks.Device.type == DeviceType.CPU)
        {
            CodePasses.Store(moment, codes, largest, blocks, code);
            return;
        }
        using var scope = NewDisposeScope();
        var rows = moment.view(-1, ParameterGroup.Alignment);
        var factors = blocks.Largest(rows);
        largest.copy_(factors);
        codes.copy_(code.Quantise(rows, blocks.ToRows(factors), limits));
    }

    /// <summary>Frees the tables and the views of the state.</summary>
    public void Dispose()
    {
        codes.Dispose();
        largest.Dispose();
        map.Dispose();
        limits.Dispose();
    }
}
