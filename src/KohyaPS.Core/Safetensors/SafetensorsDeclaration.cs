namespace KohyaPS.Safetensors;

/// <summary>A tensor of a file: its name and form, not its numbers.</summary>
/// <param name="Name">The key.</param>
/// <param name="Dtype">Element type.</param>
/// <param name="Shape">Dimensions, outermost first; empty for a scalar.</param>
public record SafetensorsDeclaration(string Name, SafetensorsDtype Dtype, IReadOnlyList<long> Shape)
{
    /// <summary>Number of elements: the product of the dimensions, 1 for a scalar.</summary>
    public long ElementCount { get; } = Shape.Aggregate(1L, (product, d) => checked(product * d));
}
