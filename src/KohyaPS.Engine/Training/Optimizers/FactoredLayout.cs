using KohyaPS.Engine.Networks;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Optimizers;

/// <summary>
/// The rows and columns of all matrices of a group, for optimizers that keep a matrix of second moments as the mean of each row and of each
/// column (Shazeer and Stern 2018, arXiv 1804.04235). The matrices of a tensor lie in its last two dimensions. Which rows follow each other
/// in the flat buffer stands in tables that are made once, so that the means of a thousand matrices are one sum.
/// </summary>
/// <remarks>A parameter with fewer than two dimensions is not factored: each of its elements counts as a row of its own.</remarks>
internal sealed class FactoredLayout : IDisposable
{
    private readonly Tensor segmentLengths, rowOfSegment, columnShift, rowLengths, columnLengths, matrixOfRow, matrixHeights;
    private readonly long rowCount, elementCount, total;

    /// <param name="group">The parameters.</param>
    public FactoredLayout(ParameterGroup group)
    {
        Rows = Layout(group, slice => IsFactored(slice) ? [.. slice.Shape.SkipLast(1)] : null);
        Columns = Layout(group, slice => IsFactored(slice) ? [.. slice.Shape.SkipLast(2), slice.Shape[^1]] : null);
        Elements = Layout(group, slice => IsFactored(slice) ? null : [.. slice.Shape]);
        (rowCount, elementCount, total) = (Rows.Total, Elements.Total, group.Values.numel());

        var segments = new List<(long Length, long Row, long ColumnShift)>();
        var (widths, heightOfColumn, matrices, heights) = (new List<double>(), new List<double>(), new List<long>(), new List<double>());
        var (at, nextElement) = (0L, rowCount);
        foreach (var slice in group.Slices)
        {
            // The row and the column behind the last take in what belongs to none: padding, and the columns of what is not factored.
            Append(slice.Offset - at, rowCount + elementCount, Columns.Total);
            if (!IsFactored(slice))
            {
                for (var i = 0L; i < slice.Count; i++)
                    Append(1, nextElement++, Columns.Total);
                continue;
            }
            var (height, width) = (slice.Shape[^2], slice.Shape[^1]);
            for (var row = 0L; row < slice.Count / width; row++)
            {
                if (row % height == 0)
                {
                    heights.Add(height);
                    heightOfColumn.AddRange(Enumerable.Repeat((double)height, (int)width));
                }
                widths.Add(width);
                matrices.Add(heights.Count - 1);
                Append(width, widths.Count - 1, heightOfColumn.Count - width - at);
            }
        }
        Append(total - at, rowCount + elementCount, Columns.Total);

        using var guard = no_grad();
        var device = group.Values.device;
        segmentLengths = tensor(segments.Select(s => s.Length).ToArray(), device: device).DetachFromDisposeScope();
        rowOfSegment = tensor(segments.Select(s => s.Row).ToArray(), device: device).DetachFromDisposeScope();
        columnShift = tensor(segments.Select(s => s.ColumnShift).ToArray(), device: device).DetachFromDisposeScope();
        rowLengths = tensor(widths.Concat(Enumerable.Repeat(1.0, (int)elementCount)).ToArray(), device: device).DetachFromDisposeScope();
        columnLengths = tensor(heightOfColumn.ToArray(), device: device).DetachFromDisposeScope();
        matrixOfRow = tensor(matrices.ToArray(), device: device).DetachFromDisposeScope();
        matrixHeights = tensor(heights.ToArray(), device: device).DetachFromDisposeScope();

        void Append(long length, long row, long shift)
        {
            if (length > 0)
                segments.Add((length, row, shift));
            at += length;
        }
    }

    /// <summary>State with one number for each row: the dimensions without the last one.</summary>
    public StateLayout Rows { get; }

    /// <summary>State with one number for each column: the dimensions without the last but one.</summary>
    public StateLayout Columns { get; }

    /// <summary>State of what is not factored: one number for each of its elements.</summary>
    public StateLayout Elements { get; }

    /// <summary>The row and the column of each element, worked out anew for each step: tables of them would be larger than the parameters.</summary>
    public (Tensor Row, Tensor Column) Places()
    {
        var row = repeat_interleave(rowOfSegment, segmentLengths, 0, total);
        var column = repeat_interleave(columnShift, segmentLengths, 0, total).add_(arange(total, dtype: ScalarType.Int64, device: row.device)).clamp_max_(Columns.Total);
        return (row, column);
    }

    /// <summary>Means of the rows, and the elements of what is not factored.</summary>
    /// <param name="values">One value for each element of the group.</param>
    /// <param name="rowOfElement">From <see cref="Places"/>.</param>
    public (Tensor Rows, Tensor Elements) RowMeans(Tensor values, Tensor rowOfElement)
    {
        var means = Means(values, rowOfElement, rowLengths);
        return (means.narrow(0, 0, rowCount), means.narrow(0, rowCount, elementCount));
    }

    /// <summary>Means of the columns.</summary>
    /// <param name="values">One value for each element of the group.</param>
    /// <param name="columnOfElement">From <see cref="Places"/>.</param>
    public Tensor ColumnMeans(Tensor values, Tensor columnOfElement) => Means(values, columnOfElement, columnLengths);

    /// <summary>
    /// One over the root of the matrix that rows and columns stand for, row · column / mean(rows), for each element; of what is not factored,
    /// one over its root.
    /// </summary>
    public Tensor InverseRoot(Tensor rows, Tensor columns, Tensor elements, (Tensor Row, Tensor Column) places)
    {
        using var scope = NewDisposeScope();
        var one = ones(1, dtype: rows.dtype, device: rows.device);
        var ofRow = cat([rows.div(MatrixMeans(rows)).rsqrt_(), elements.rsqrt(), one]);
        var ofColumn = cat([columns.rsqrt(), one]);
        return ofRow.index_select(0, places.Row).mul_(ofColumn.index_select(0, places.Column)).MoveToOuterDisposeScope();
    }

    /// <summary>Frees the tables; the layouts belong to the states that are made with them.</summary>
    public void Dispose()
    {
        foreach (var table in new[] { segmentLengths, rowOfSegment, columnShift, rowLengths, columnLengths, matrixOfRow, matrixHeights })
            table.Dispose();
    }

    private static bool IsFactored(ParameterSlice slice) => slice.Shape.Count >= 2;

    private static StateLayout Layout(ParameterGroup group, Func<ParameterSlice, long[]?> shapeOf)
    {
        var shapes = group.Slices.Select(shapeOf).ToArray();
        return new([.. shapes.Select(shape => shape?.Aggregate(1L, (a, b) => a * b) ?? 0)], [.. shapes.Select(shape => shape ?? [0])]);
    }

    // Summed in double: a row of a large matrix has thousands of elements.
    private static Tensor Means(Tensor values, Tensor places, Tensor lengths)
    {
        using var scope = NewDisposeScope();
        var sums = zeros(lengths.numel() + 1, dtype: ScalarType.Float64, device: values.device).index_add_(0, places, values.to(ScalarType.Float64), 1);
        return sums.narrow(0, 0, lengths.numel()).div(lengths).to(values.dtype).MoveToOuterDisposeScope();
    }

    private Tensor MatrixMeans(Tensor rows)
    {
        using var scope = NewDisposeScope();
        var sums = zeros(matrixHeights.numel(), dtype: ScalarType.Float64, device: rows.device).index_add_(0, matrixOfRow, rows.to(ScalarType.Float64), 1);
        return sums.div_(matrixHeights).index_select(0, matrixOfRow).to(rows.dtype).MoveToOuterDisposeScope();
    }
}
