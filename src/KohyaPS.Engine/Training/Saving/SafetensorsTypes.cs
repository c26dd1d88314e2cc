using KohyaPS.Safetensors;
using static TorchSharp.torch;

namespace KohyaPS.Engine.Training.Saving;

/// <summary>Between the number types of libtorch and those of safetensors files.</summary>
internal static class SafetensorsTypes
{
    private static readonly (ScalarType Scalar, SafetensorsDtype Dtype)[] Pairs =
    [
        (ScalarType.Byte, SafetensorsDtype.U8), (ScalarType.Int8, SafetensorsDtype.I8), (ScalarType.Int16, SafetensorsDtype.I16),
        (ScalarType.Int32, SafetensorsDtype.I32), (ScalarType.Int64, SafetensorsDtype.I64), (ScalarType.Float16, SafetensorsDtype.F16),
        (ScalarType.BFloat16, SafetensorsDtype.BF16), (ScalarType.Float32, SafetensorsDtype.F32), (ScalarType.Float64, SafetensorsDtype.F64),
        (ScalarType.Bool, SafetensorsDtype.Bool),
    ];

    /// <summary>The type in a file.</summary>
    public static SafetensorsDtype Of(ScalarType scalar) => Pairs.First(p => p.Scalar == scalar).Dtype;

    /// <summary>A tensor of a file, copied; the caller owns it.</summary>
    /// <exception cref="CheckpointFormatException">The tensor's type is none that networks and states use.</exception>
    public static Tensor Read(SafetensorsFile file, SafetensorsEntry entry)
    {
        var pair = Array.Find(Pairs, p => p.Dtype == entry.Dtype);
        if (pair.Dtype != entry.Dtype)
            throw new CheckpointFormatException($"The tensor '{entry.Name}' of '{file.Path}' has the type {entry.Dtype.ToName()}, which no network or state uses. Convert it to F16, BF16 or F32.");
        var value = empty([.. entry.Shape], dtype: pair.Scalar);
        if (entry.Length > 0)
            file.Bytes(entry).CopyTo(value.bytes);
        return value;
    }
}
