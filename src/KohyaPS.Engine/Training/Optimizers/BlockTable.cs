using KohyaPS.Engine.Networks;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Optimizers;

/// <summary>
/// The blocks of the parameters whose moments have 8 bits: each parameter is divided into blocks from its first element on, and its last
/// block may be shorter. A row of the flat buffer is a block of 256; blocks of several rows are listed in a table.
/// </summary>
internal sealed class BlockTable : IDisposable
{
    private readonly Tensor? rowsOfBlock, blockOfRow;
    private readonly int rowsPerBlock;

    /// <param name="group">The parameters.</param>
    /// <param name="slices">Which of them have blocks.</param>
    /// <param name="blockSize">Elements of a block, a multiple of <see cref="ParameterGroup.Alignment"/>.</param>
    public BlockTable(ParameterGroup group, Range slices, int blockSize)
    {
        Device = group.Values.device;
        rowsPerBlock = blockSize / ParameterGroup.Alignment;
        FirstRows = Firsts(StateLayout.PaddedLengths(group, slices).Select(length => length / ParameterGroup.Alignment));
        if (rowsPerBlock == 1)
            return;
        var (listed, blockOf) = (new List<long>(), new List<long>());
        for (var block = 0; block < Blocks; block++)
        {
            var (first, length) = (FirstRows[block], FirstRows[block + 1] - FirstRows[block]);
            // A short block lists its last row again.
            listed.AddRange(Enumerable.Range(0, rowsPerBlock).Select(i => first + Math.Min(i, length - 1)));
            blockOf.AddRange(Enumerable.Repeat((long)block, (int)length));
        }
        using var guard = no_grad();
        rowsOfBlock = tensor(listed.ToArray(), device: Device).DetachFromDisposeScope();
        blockOfRow = tensor(blockOf.ToArray(), device: Device).DetachFromDisposeScope();
    }

    /// <summary>Where the parameters are.</summary>
    public Device Device { get; }

    /// <summary>How many blocks there are.</summary>
    public int Blocks => FirstRows.Count - 1;

    /// <summary>The first row of each block, and behind the last the number of rows.</summary>
    public IReadOnlyList<long> FirstRows { get; }

    /// <summary>The layout of one number for each block.</summary>
    /// <inheritdoc cref="BlockTable(ParameterGroup, Range, int)"/>
    public static StateLayout Layout(ParameterGroup group, Range slices, int blockSize) =>
        new([.. StateLayout.PaddedLengths(group, slices).Select(length => (length + blockSize - 1) / blockSize)]);

    /// <summary>The largest absolute value of each block.</summary>
    /// <param name="rows">[rows, 256].</param>
    public Tensor Largest(Tensor rows)
    {
        using var scope = NewDisposeScope();
        var ofRow = rows.abs().amax([1]);
        return (rowsOfBlock is null ? ofRow : ofRow.index_select(0, rowsOfBlock).view(-1, rowsPerBlock).amax([1])).MoveToOuterDisposeScope();
    }

    /// <summary>Gives each row the number of its block.</summary>
    /// <returns>[rows, 1]</returns>
    public Tensor ToRows(Tensor perBlock) => (blockOfRow is null ? perBlock : perBlock.index_select(0, blockOfRow)).unsqueeze(1);

    /// <summary>Frees the table.</summary>
    public void Dispose()
    {
        rowsOfBlock?.Dispose();
        blockOfRow?.Dispose();
    }

    private long[] Firsts(IEnumerable<long> rowsOfParameters)
    {
        var (firsts, rows) = (new List<long>(), 0L);
        foreach (var length in rowsOfParameters)
        {
            for (var row = 0L; row < length; row += rowsPerBlock)
                firsts.Add(rows + row);
            rows += length;
        }
        return [.. firsts, rows];
    }
}
