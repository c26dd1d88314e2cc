namespace KohyaPS.Safetensors;

/// <summary>A tensor that is going to be written.</summary>
/// <param name="Name">The key.</param>
/// <param name="Dtype">Element type.</param>
/// <param name="Shape">Dimensions, outermost first; empty for a scalar.</param>
public sealed record SafetensorsDeclaration(string Name, SafetensorsDtype Dtype, IReadOnlyList<long> Shape);
