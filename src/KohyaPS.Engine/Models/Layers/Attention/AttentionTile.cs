using static TorchSharp.torch;

namespace KohyaPS.Engine.Models.Layers.Attention;

/// <summary>A part of an attention: some heads of one sample, and some rows of them.</summary>
/// <param name="Sample">The sample.</param>
/// <param name="FirstHead">The first head.</param>
/// <param name="HeadCount">Heads, g.</param>
/// <param name="FirstRow">The first row.</param>
/// <param name="RowCount">Rows, n.</param>
internal readonly record struct AttentionTile(long Sample, long FirstHead, long HeadCount, long FirstRow, long RowCount)
{
    /// <summary>Elements before the tile in a contiguous [B, heads, N].</summary>
    public long Offset(long heads, long rows) => (Sample * heads + FirstHead) * rows + FirstRow;

    /// <summary>The tile's heads: [B, heads, L, d] -> [g, L, d].</summary>
    /// <param name="tensor">All heads.</param>
    /// <param name="copies">True gives values side by side, which products want; false a view to write to.</param>
    public Tensor Heads(Tensor tensor, bool copies = true)
    {
        var view = tensor.select(0, Sample).narrow(0, FirstHead, HeadCount);
        return copies ? view.contiguous() : view;
    }

    /// <summary>The tile's rows: [B, heads, N, d] -> [g, n, d].</summary>
    /// <inheritdoc cref="Heads"/>
    public Tensor Rows(Tensor tensor, bool copies = true)
    {
        var view = Heads(tensor, copies: false).narrow(1, FirstRow, RowCount);
        return copies ? view.contiguous() : view;
    }
}
