namespace KohyaPS.Safetensors;

/// <summary>
/// Element types of the safetensors format. The order is the one in which the reference library sorts tensors when it writes a file:
/// largest value first.
/// </summary>
public enum SafetensorsDtype
{
    /// <summary>Truth value, one byte.</summary>
    Bool,

    /// <summary>4-bit float.</summary>
    F4,

    /// <summary>6-bit float, 2 exponent bits.</summary>
    F6E2M3,

    /// <summary>6-bit float, 3 exponent bits.</summary>
    F6E3M2,

    /// <summary>Unsigned byte.</summary>
    U8,

    /// <summary>Signed byte.</summary>
    I8,

    /// <summary>8-bit float, 5 exponent bits, with infinities.</summary>
    F8E5M2,

    /// <summary>8-bit float, 4 exponent bits, no infinities.</summary>
    F8E4M3,

    /// <summary>8-bit power of two.</summary>
    F8E8M0,

    /// <summary>8-bit float, 4 exponent bits, no negative zero.</summary>
    F8E4M3Fnuz,

    /// <summary>8-bit float, 5 exponent bits, no negative zero.</summary>
    F8E5M2Fnuz,

    /// <summary>Signed 16-bit integer.</summary>
    I16,

    /// <summary>Unsigned 16-bit integer.</summary>
    U16,

    /// <summary>IEEE half precision.</summary>
    F16,

    /// <summary>Brain float: the upper half of a float32.</summary>
    BF16,

    /// <summary>Signed 32-bit integer.</summary>
    I32,

    /// <summary>Unsigned 32-bit integer.</summary>
    U32,

    /// <summary>Single precision.</summary>
    F32,

    /// <summary>Complex number of two float32.</summary>
    C64,

    /// <summary>Double precision.</summary>
    F64,

    /// <summary>Signed 64-bit integer.</summary>
    I64,

    /// <summary>Unsigned 64-bit integer.</summary>
    U64,
}
