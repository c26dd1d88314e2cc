namespace KohyaPS.Engine.Networks;

/// <summary>The place of one parameter in the flat buffer of its group.</summary>
/// <param name="Name">The parameter's name in a file.</param>
/// <param name="Offset">First element.</param>
/// <param name="Shape">Its dimensions.</param>
internal sealed record ParameterSlice(string Name, long Offset, IReadOnlyList<long> Shape)
{
    /// <summary>Number of elements.</summary>
    public long Count { get; } = Shape.Aggregate(1L, (a, b) => a * b);
}
