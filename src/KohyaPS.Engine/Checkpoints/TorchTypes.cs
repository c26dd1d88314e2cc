using KohyaPS.Safetensors;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Checkpoints;

/// <summary>Element types of files as libtorch numbers them.</summary>
internal static class TorchTypes
{
    // TorchSharp passes the number through, so the types that its enum does not name work by cast.
    private static readonly Dictionary<SafetensorsDtype, ScalarType> Known = new()
    {
        [SafetensorsDtype.Bool] = ScalarType.Bool,
        [SafetensorsDtype.U8] = ScalarType.Byte,
        [SafetensorsDtype.I8] = ScalarType.Int8,
        [SafetensorsDtype.F8E5M2] = (ScalarType)23,
        [SafetensorsDtype.F8E4M3] = (ScalarType)24,
        [SafetensorsDtype.F8E5M2Fnuz] = (ScalarType)25,
        [SafetensorsDtype.F8E4M3Fnuz] = (ScalarType)26,
        [SafetensorsDtype.I16] = ScalarType.Int16,
        [SafetensorsDtype.U16] = (ScalarType)27,
        [SafetensorsDtype.F16] = ScalarType.Float16,
        [SafetensorsDtype.BF16] = ScalarType.BFloat16,
        [SafetensorsDtype.I32] = ScalarType.Int32,
        [SafetensorsDtype.U32] = (ScalarType)28,
        [SafetensorsDtype.F32] = ScalarType.Float32,
        [SafetensorsDtype.C64] = ScalarType.ComplexFloat32,
        [SafetensorsDtype.F64] = ScalarType.Float64,
        [SafetensorsDtype.I64] = ScalarType.Int64,
        [SafetensorsDtype.U64] = (ScalarType)29,
    };

    private static readonly Dictionary<ScalarType, SafetensorsDtype> Stored = Known.ToDictionary(k => k.Value, k => k.Key);

    /// <summary>The type of a tensor read from a file.</summary>
    /// <exception cref="CheckpointFormatException">libtorch has no such type.</exception>
    public static ScalarType ToTorch(this SafetensorsDtype dtype) => Known.TryGetValue(dtype, out var known)
        ? known
        : throw new CheckpointFormatException($"Tensors of the type {dtype.ToName()} cannot be computed with. Get the model in fp16, bf16 or fp32.");

    /// <summary>True for types that weights may have.</summary>
    public static bool IsFraction(this ScalarType dtype) => dtype is not (ScalarType.Bool or ScalarType.Byte or ScalarType.Int8 or ScalarType.Int16 or ScalarType.Int32 or ScalarType.Int64)
        && Stored.TryGetValue(dtype, out var stored) && stored is not (SafetensorsDtype.U16 or SafetensorsDtype.U32 or SafetensorsDtype.U64 or SafetensorsDtype.C64);

    /// <summary>True for floats of 8 bits.</summary>
    public static bool IsFloat8(this ScalarType dtype) => dtype.IsFraction() && dtype.ToStored().ToBits() == 8;

    /// <summary>The type under which a tensor is saved.</summary>
    public static SafetensorsDtype ToStored(this ScalarType dtype) => Stored.TryGetValue(dtype, out var stored)
        ? stored
        : throw new ArgumentOutOfRangeException(nameof(dtype), dtype, "This type cannot be saved in a safetensors file.");

    /// <summary>The type that a precision asks for.</summary>
    public static ScalarType ToTorch(this SavePrecision precision) => precision switch
    {
        SavePrecision.Fp16 => ScalarType.Float16,
        SavePrecision.Bf16 => ScalarType.BFloat16,
        _ => ScalarType.Float32,
    };
}
