using KohyaPS.Engine.Networks;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Optimizers;

/// <summary>
/// The rows and columns of all matrices of a group, for optimizers that keep a matrix of second moments as the mean of each row and of each
/// column (Shazeer and Stern 2018, arXiv 1804.04235). The matrices of a tensor lie in its last two dimensions. Which row and column an
/// element belongs to stands in two tables that are made once, so that the means of a thousand matrices are one sum.
/// </summary>
/// <remarks>A parameter with fewer than two dimensions is not factored: each of its elements counts as a row of its own.</remarks>
internal sealed class FactoredLayout : IDisposable
{
    private readonly Tensor rowOfElement, columnOfElement, rowLengths, columnLengths, matrixOfRow, matrixHeights;
    private readonly long rowCount, elementCount;

    /// <param name="group">The parameters.</param>
    public FactoredLayout(ParameterGroup group)
    {
        var isFactored = group.Slices.Select(s => s.Shape.Count >= 2).ToArray();
        Rows = Layout(group, (s, i) => isFactored[i] ? [.. s.Shape.SkipLast(1)] : null);
        Columns = Layout(group, (s, i) => isFactored[i] ? [.. s.Shape.SkipLast(2), s.Shape[^1]] : null);
        Elements = Layout(group, (s, i) => isFactored[i] ? null : [.. s.Shape]);
        (rowCount, elementCount) = (Rows.Total, Elements.Total);

        // The entry behind the last row and column takes in what belongs to none: padding, and the columns of what is not factored.
        var rowOf = Filled(group.Values.numel(), (int)(rowCount + elementCount));
        var columnOf = Filled(group.Values.numel(), (int)Columns.Total);
        var (lengths, heights, matrices, matrixSizes) = (new List<double>(), new double[Columns.Total], new List<long>(), new List<double>());
        var (firstColumn, firstElement) = (0, (int)rowCount);
        foreach (var slice in group.Slices)
        {
            if (slice.Shape.Count < 2)
            {
                for (var i = 0; i < slice.Count; i++)
                    rowOf[slice.Offset + i] = firstElement++;
                continue;
            }
            var (height, width) = (slice.Shape[^2], slice.Shape[^1]);
            for (var at = 0L; at < slice.Count; at += width)
            {
                if (at % (height * width) == 0)
                    matrixSizes.Add(height);
                rowOf.AsSpan((int)(slice.Offset + at), (int)width).Fill(lengths.Count);
                lengths.Add(width);
                matrices.Add(matrixSizes.Count - 1);
                var column = firstColumn + (int)(at / (height * width) * width);
                for (var x = 0; x < width; x++)
                {
                    columnOf[slice.Offset + at + x] = column + x;
                    heights[column + x] = height;
                }
            }
            firstColumn += (int)(slice.Count / height);
        }
        var device = group.Values.device;
        rowOfElement = Kept(tensor(rowOf), device);
        columnOfElement = Kept(tensor(columnOf), device);
        rowLengths = Kept(tensor(lengths.Concat(Enumerable.Repeat(1.0, (int)elementCount)).ToArray()), device);
        columnLengths = Kept(tensor(heights), device);
        matrixOfRow = Kept(tensor(matrices.ToArray()), device);
        matrixHeights = Kept(tensor(matrixSizes.ToArray()), device);
    }

    /// <summary>State with one number for each row: the dimensions without the last one.</summary>
    public StateLayout Rows { get; }

    /// <summary>State with one number for each column: the dimensions without the last but one.</summary>
    public StateLayout Columns { get; }

    /// <summary>State of what is not factored: one number for each of its elements.</summary>
    public StateLayout Elements { get; }

    /// <summary>Means of the rows, and the elements of what is not factored.</summary>
    /// <param name="values">One value for each element of the group.</param>
    public (Tensor Rows, Tensor Elements) RowMeans(Tensor values)
    {
        var means = Means(values, rowOfElement, rowLengths);
        return (means.narrow(0, 0, rowCount), means.narrow(0, rowCount, elementCount));
    }

    /// <summary>Means of the columns.</summary>
    /// <param name="values">One value for each element of the group.</param>
    public Tensor ColumnMeans(Tensor values) => Means(values, columnOfElement, columnLengths);

    /// <summary>
    /// One over the root of the matrix that rows and columns stand for, row · column / mean(rows), for each element; of what is not factored,
    /// one over its root.
    /// </summary>
    public Tensor InverseRoot(Tensor rows, Tensor columns, Tensor elements)
    {
        var ofRow = cat([rows.div(MatrixMeans(rows)).rsqrt_(), elements.rsqrt(), ones_like(rowLengths.narrow(0, 0, 1), dtype: rows.dtype)]);
        var ofColumn = cat([columns.rsqrt(), ones(1, dtype: columns.dtype, device: columns.device)]);
        return ofRow.index_select(0, rowOfElement).mul_(ofColumn.index_select(0, columnOfElement));
    }

    /// <summary>Frees the tables.</summary>
    public void Dispose()
    {
        foreach (var table in new[] { rowOfElement, columnOfElement, rowLengths, columnLengths, matrixOfRow, matrixHeights })
            table.Dispose();
        // The state layouts belong to the states that were made with them.
    }

    private static StateLayout Layout(ParameterGroup group, Func<ParameterSlice, int, long[]?> shapeOf)
    {
        var shapes = group.Slices.Select((slice, i) => shapeOf(slice, i)).ToArray();
        return new([.. shapes.Select(shape => shape?.Aggregate(1L, (a, b) => a * b) ?? 0)], [.. shapes.Select(shape => shape ?? [0])]);
    }

    private static int[] Filled(long count, int value)
    {
        var values = new int[count];
        Array.Fill(values, value);
        return values;
    }

    private static Tensor Kept(Tensor table, Device device)
    {
        var there = table.to(device);
        if (!ReferenceEquals(there, table))
            table.Dispose();
        return there.DetachFromDisposeScope();
    }

    // Summed in double: a row of a large matrix has thousands of elements.
    private static Tensor Means(Tensor values, Tensor table, Tensor lengths)
    {
        using var scope = NewDisposeScope();
        var sums = zeros(lengths.numel() + 1, dtype: ScalarType.Float64, device: values.device).index_add_(0, table, values.to(ScalarType.Float64), 1);
        return sums.narrow(0, 0, lengths.numel()).div(lengths).to(values.dtype).MoveToOuterDisposeScope();
    }

    private Tensor MatrixMeans(Tensor rows)
    {
        using var scope = NewDisposeScope();
        var sums = zeros(matrixHeights.numel(), dtype: ScalarType.Float64, device: rows.device).index_add_(0, matrixOfRow, rows.to(ScalarType.Float64), 1);
        return sums.div_(matrixHeights).index_select(0, matrixOfRow).to(rows.dtype).MoveToOuterDisposeScope();
    }
}
