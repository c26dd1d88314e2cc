namespace KohyaPS.Safetensors;

/// <summary>One tensor of a safetensors file.</summary>
/// <param name="Name">The key; opaque, never a path.</param>
/// <param name="Dtype">Element type.</param>
/// <param name="Shape">Dimensions, outermost first; empty for a scalar.</param>
/// <param name="Begin">First byte, counted from the start of the data region.</param>
/// <param name="End">The byte after the last.</param>
public sealed record SafetensorsEntry(string Name, SafetensorsDtype Dtype, IReadOnlyList<long> Shape, long Begin, long End)
    : SafetensorsDeclaration(Name, Dtype, Shape)
{
    /// <summary>Bytes of the tensor.</summary>
    public long Length => End - Begin;
}
