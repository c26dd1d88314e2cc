using KohyaPS.Engine.Networks;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Optimizers;

/// <summary>
/// The rows and columns of all matrices of a group, for optimizers that keep a matrix of second moments as the mean of each row and of each
/// column (Shazeer and Stern 2018, arXiv 1804.04235). Which row and column an element belongs to follows from a table of the runs in which both
/// stay or count up; it is made once, so that the means of a thousand matrices are one sum.
/// </summary>
/// <remarks>Each element of a parameter that is not factored counts as a row of its own.</remarks>
internal sealed class FactoredLayout : IDisposable
{
    // Keeps the quotient of zeros a zero.
    private const double SmallestMean = 1e-30;
    private readonly Tensor runLengths, rowShifts, rowSteps, columnShifts, columnSteps, rowLengths, columnLengths, meanOfRow, meanLengths;
    private readonly long rowCount, elementCount, total;

    /// <param name="group">The parameters.</param>
    /// <param name="axesOf">Which dimensions of a shape are factored, null for none; without it the last two.</param>
    public FactoredLayout(ParameterGroup group, Func<IReadOnlyList<long>, FactorAxes?>? axesOf = null)
    {
        var axes = group.Slices.Select(s => (axesOf ?? FactorAxes.Last)(s.Shape)).ToArray();
        Rows = Layout(group, (shape, i) => axes[i] is { } a ? Without(shape, a.OfRows) : null);
        Columns = Layout(group, (shape, i) => axes[i] is { } a ? Without(shape, a.OfColumns) : null);
        Elements = Layout(group, (shape, i) => axes[i] is null ? [.. shape] : null);
        (rowCount, elementCount, total) = (Rows.Total, Elements.Total, group.Values.numel());

        // The row and the column behind the last take in what belongs to none: padding, and the columns of what is not factored.
        var (noRow, noColumn) = (rowCount + elementCount, Columns.Total);
        var runs = new List<(long Length, long RowShift, long RowStep, long ColumnShift, long ColumnStep)>();
        var (widths, heights, means, meanSizes) = (new List<double>(), new List<double>(), new List<long>(), new List<double>());
        var (at, nextElement) = (0L, rowCount);
        for (var i = 0; i < axes.Length; i++)
        {
            var (slice, shape) = (group.Slices[i], group.Slices[i].Shape);
            Append(slice.Offset - at, noRow, 0, noColumn, 0);
            if (axes[i] is not { } axis)
            {
                Append(slice.Count, nextElement - at, 1, noColumn, 0);
                nextElement += slice.Count;
                continue;
            }
            var (start, width) = (at, shape[^1]);
            var (rowStep, columnStep) = (axis.OfRows == shape.Count - 1 ? 0 : 1, axis.OfColumns == shape.Count - 1 ? 0 : 1);
            for (var run = 0L; run < slice.Count; run += width)
                Append(width, widths.Count + Number(run, shape, axis.OfRows) - rowStep * (start + run), rowStep, heights.Count + Number(run, shape, axis.OfColumns) - columnStep * (start + run), columnStep);
            AddMeans(shape, axis, slice.Count / shape[axis.OfRows], means, meanSizes);
            widths.AddRange(Enumerable.Repeat((double)shape[axis.OfRows], (int)(slice.Count / shape[axis.OfRows])));
            heights.AddRange(Enumerable.Repeat((double)shape[axis.OfColumns], (int)(slice.Count / shape[axis.OfColumns])));
        }
        Append(total - at, noRow, 0, noColumn, 0);

        using var guard = no_grad();
        Tensor Table(IEnumerable<long> values) => tensor(values.ToArray(), device: group.Values.device).DetachFromDisposeScope();
        Tensor Sizes(IEnumerable<double> values) => tensor(values.ToArray(), device: group.Values.device).DetachFromDisposeScope();
        runLengths = Table(runs.Select(r => r.Length));
        (rowShifts, rowSteps) = (Table(runs.Select(r => r.RowShift)), Table(runs.Select(r => r.RowStep)));
        (columnShifts, columnSteps) = (Table(runs.Select(r => r.ColumnShift)), Table(runs.Select(r => r.ColumnStep)));
        rowLengths = Sizes(widths.Concat(Enumerable.Repeat(1.0, (int)elementCount)));
        columnLengths = Sizes(heights);
        (meanOfRow, meanLengths) = (Table(means), Sizes(meanSizes));

        void Append(long length, long rowShift, long rowStep, long columnShift, long columnStep)
        {
            if (length > 0)
                runs.Add((length, rowShift, rowStep, columnShift, columnStep));
            at += length;
        }
    }

    /// <summary>State with one number for each row: the dimensions without the one that is averaged.</summary>
    public StateLayout Rows { get; }

    /// <summary>State with one number for each column, likewise.</summary>
    public StateLayout Columns { get; }

    /// <summary>State of what is not factored: one number for each of its elements.</summary>
    public StateLayout Elements { get; }

    /// <summary>The row and the column of each element, worked out anew for each step: tables of them would be larger than the parameters.</summary>
    public (Tensor Row, Tensor Column) Places()
    {
        var positions = arange(total, dtype: ScalarType.Int64, device: runLengths.device);
        Tensor Place(Tensor shifts, Tensor steps) =>
            repeat_interleave(shifts, runLengths, 0, total).addcmul_(repeat_interleave(steps, runLengths, 0, total), positions, 1);
        return (Place(rowShifts, rowSteps), Place(columnShifts, columnSteps));
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
        return ToElements(rows.div(RowMeansOf(rows)).rsqrt_(), elements.rsqrt(), columns.rsqrt(), places).MoveToOuterDisposeScope();
    }

    /// <summary>The root itself; 0 where all rows are.</summary>
    public Tensor Root(Tensor rows, Tensor columns, Tensor elements, (Tensor Row, Tensor Column) places)
    {
        using var scope = NewDisposeScope();
        return ToElements(rows.div(RowMeansOf(rows).clamp_min_(SmallestMean)).sqrt_(), elements.sqrt(), columns.sqrt(), places).MoveToOuterDisposeScope();
    }

    /// <summary>Frees the tables; the layouts belong to the states that are made with them.</summary>
    public void Dispose()
    {
        foreach (var table in new[] { runLengths, rowShifts, rowSteps, columnShifts, columnSteps, rowLengths, columnLengths, meanOfRow, meanLengths })
            table.Dispose();
    }

    private static StateLayout Layout(ParameterGroup group, Func<IReadOnlyList<long>, int, long[]?> shapeOf)
    {
        var shapes = group.Slices.Select((slice, i) => shapeOf(slice.Shape, i)).ToArray();
        return new([.. shapes.Select(shape => shape?.Aggregate(1L, (a, b) => a * b) ?? 0)], [.. shapes.Select(shape => shape ?? [0])]);
    }

    private static long[] Without(IReadOnlyList<long> shape, int axis) => [.. shape.Where((_, d) => d != axis)];

    // Elements that differ in one dimension only have the same number, in the order of the others.
    private static long Number(long element, IReadOnlyList<long> shape, int axis)
    {
        var inner = shape.Skip(axis + 1).Aggregate(1L, (a, b) => a * b);
        return element / (inner * shape[axis]) * inner + element % inner;
    }

    // Of the rows the dimension that was averaged is still there, with one element.
    private static void AddMeans(IReadOnlyList<long> shape, FactorAxes axis, long rows, List<long> means, List<double> sizes)
    {
        long[] rowShape = [.. shape.Select((size, d) => d == axis.OfRows ? 1 : size)];
        for (var row = 0L; row < rows; row++)
            means.Add(sizes.Count + Number(row, rowShape, axis.OfMean));
        sizes.AddRange(Enumerable.Repeat((double)rowShape[axis.OfMean], (int)(rows / rowShape[axis.OfMean])));
    }

    // Summed in double: a row of a large matrix has thousands of elements.
    private static Tensor Means(Tensor values, Tensor places, Tensor lengths)
    {
        using var scope = NewDisposeScope();
        var sums = zeros(lengths.numel() + 1, dtype: ScalarType.Float64, device: values.device).index_add_(0, places, values.to(ScalarType.Float64), 1);
        return sums.narrow(0, 0, lengths.numel()).div(lengths).to(values.dtype).MoveToOuterDisposeScope();
    }

    private static Tensor ToElements(Tensor rows, Tensor elements, Tensor columns, (Tensor Row, Tensor Column) places)
    {
        var one = ones(1, dtype: rows.dtype, device: rows.device);
        return cat([rows, elements, one]).index_select(0, places.Row).mul_(cat([columns, one]).index_select(0, places.Column));
    }

    private Tensor RowMeansOf(Tensor rows)
    {
        var sums = zeros(meanLengths.numel(), dtype: ScalarType.Float64, device: rows.device).index_add_(0, meanOfRow, rows.to(ScalarType.Float64), 1);
        return sums.div_(meanLengths).index_select(0, meanOfRow).to(rows.dtype);
    }
}
