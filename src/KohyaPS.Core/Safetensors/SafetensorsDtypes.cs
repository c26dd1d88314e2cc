namespace KohyaPS.Safetensors;

/// <summary>Names and sizes of the element types.</summary>
public static class SafetensorsDtypes
{
    private static readonly (SafetensorsDtype Dtype, string Name, int Bits)[] Table =
    [
        (SafetensorsDtype.Bool, "BOOL", 8), (SafetensorsDtype.F4, "F4", 4), (SafetensorsDtype.F6E2M3, "F6_E2M3", 6),
        (SafetensorsDtype.F6E3M2, "F6_E3M2", 6), (SafetensorsDtype.U8, "U8", 8), (SafetensorsDtype.I8, "I8", 8),
        (SafetensorsDtype.F8E5M2, "F8_E5M2", 8), (SafetensorsDtype.F8E4M3, "F8_E4M3", 8), (SafetensorsDtype.F8E8M0, "F8_E8M0", 8),
        (SafetensorsDtype.F8E4M3Fnuz, "F8_E4M3FNUZ", 8), (SafetensorsDtype.F8E5M2Fnuz, "F8_E5M2FNUZ", 8),
        (SafetensorsDtype.I16, "I16", 16), (SafetensorsDtype.U16, "U16", 16), (SafetensorsDtype.F16, "F16", 16),
        (SafetensorsDtype.BF16, "BF16", 16), (SafetensorsDtype.I32, "I32", 32), (SafetensorsDtype.U32, "U32", 32),
        (SafetensorsDtype.F32, "F32", 32), (SafetensorsDtype.C64, "C64", 64), (SafetensorsDtype.F64, "F64", 64),
        (SafetensorsDtype.I64, "I64", 64), (SafetensorsDtype.U64, "U64", 64),
    ];

    private static readonly Dictionary<string, SafetensorsDtype> ByName = Table.ToDictionary(t => t.Name, t => t.Dtype, StringComparer.Ordinal);

    /// <summary>The name in the file header, for instance <c>BF16</c> or <c>F8_E4M3</c>.</summary>
    public static string ToName(this SafetensorsDtype dtype) => Table[(int)dtype].Name;

    /// <summary>Bits of one element; 4 and 6 for the packed types.</summary>
    public static int ToBits(this SafetensorsDtype dtype) => Table[(int)dtype].Bits;

    /// <summary>True for the types that hold real numbers with a fraction.</summary>
    public static bool IsFloatingPoint(this SafetensorsDtype dtype) => ToName(dtype)[0] is 'F' || dtype == SafetensorsDtype.BF16;

    /// <summary>Finds a type by its name in a header; the case counts.</summary>
    public static bool TryParse(string name, out SafetensorsDtype dtype) => ByName.TryGetValue(name, out dtype);
}
