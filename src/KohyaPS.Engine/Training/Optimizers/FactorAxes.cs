namespace KohyaPS.Engine.Training.Optimizers;

/// <summary>Over which dimensions a tensor's second moment is averaged, to be kept as rows and columns.</summary>
/// <param name="OfRows">Rows are means over this dimension.</param>
/// <param name="OfColumns">Columns are means over this dimension.</param>
/// <param name="OfMean">The mean of the rows, by which they are divided, is over this dimension.</param>
internal sealed record FactorAxes(int OfRows, int OfColumns, int OfMean)
{
    /// <summary>The last two dimensions; null for vectors.</summary>
    public static FactorAxes? Last(IReadOnlyList<long> shape) => shape.Count < 2 ? null : new(shape.Count - 1, shape.Count - 2, shape.Count - 2);

    /// <summary>
    /// The two largest dimensions; null where the largest is below a limit. The original counts the dimension of the mean as if that of the rows were
    /// gone, though it is kept: where it stands behind it, the mean is over the one before, which for a tall matrix has one element.
    /// </summary>
    public static FactorAxes? Largest(IReadOnlyList<long> shape, long smallest)
    {
        if (shape.Count < 2 || shape.Max() < smallest)
            return null;
        var bySize = Enumerable.Range(0, shape.Count).OrderBy(i => shape[i]).ToList();
        var (rows, columns) = (bySize[^1], bySize[^2]);
        return new(rows, columns, columns > rows ? columns - 1 : columns);
    }
}
