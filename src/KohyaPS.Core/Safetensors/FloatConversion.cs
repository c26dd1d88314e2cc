using System.Buffers.Binary;

namespace KohyaPS.Safetensors;

/// <summary>Converts raw little-endian elements to float32.</summary>
internal static class FloatConversion
{
    private static readonly float[] E4M3 = [.. Enumerable.Range(0, 256).Select(b => DecodeE4M3((byte)b))];

    /// <summary>False where the type has no float32 values (packed and exotic types).</summary>
    public static bool TryConvert(ReadOnlySpan<byte> bytes, SafetensorsDtype dtype, Span<float> values)
    {
        switch (dtype)
        {
            case SafetensorsDtype.F32:
                for (var i = 0; i < values.Length; i++)
                    values[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(i * 4)..]);
                return true;
            case SafetensorsDtype.F16:
                for (var i = 0; i < values.Length; i++)
                    values[i] = (float)BinaryPrimitives.ReadHalfLittleEndian(bytes[(i * 2)..]);
                return true;
            case SafetensorsDtype.BF16:
                for (var i = 0; i < values.Length; i++)
                    values[i] = BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadUInt16LittleEndian(bytes[(i * 2)..]) << 16);
                return true;
            case SafetensorsDtype.F64:
                for (var i = 0; i < values.Length; i++)
                    values[i] = (float)BinaryPrimitives.ReadDoubleLittleEndian(bytes[(i * 8)..]);
                return true;
            case SafetensorsDtype.F8E4M3:
                for (var i = 0; i < values.Length; i++)
                    values[i] = E4M3[bytes[i]];
                return true;
            case SafetensorsDtype.F8E5M2:
                // The upper byte of a half.
                for (var i = 0; i < values.Length; i++)
                    values[i] = (float)BitConverter.UInt16BitsToHalf((ushort)(bytes[i] << 8));
                return true;
            default:
                return TryConvertIntegers(bytes, dtype, values);
        }
    }

    private static bool TryConvertIntegers(ReadOnlySpan<byte> bytes, SafetensorsDtype dtype, Span<float> values)
    {
        if (dtype is not (SafetensorsDtype.Bool or SafetensorsDtype.U8 or SafetensorsDtype.I8 or SafetensorsDtype.I16 or SafetensorsDtype.U16
            or SafetensorsDtype.I32 or SafetensorsDtype.U32 or SafetensorsDtype.I64 or SafetensorsDtype.U64))
            return false;
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = dtype switch
            {
                SafetensorsDtype.Bool => bytes[i] != 0 ? 1 : 0,
                SafetensorsDtype.U8 => bytes[i],
                SafetensorsDtype.I8 => (sbyte)bytes[i],
                SafetensorsDtype.I16 => BinaryPrimitives.ReadInt16LittleEndian(bytes[(i * 2)..]),
                SafetensorsDtype.U16 => BinaryPrimitives.ReadUInt16LittleEndian(bytes[(i * 2)..]),
                SafetensorsDtype.I32 => BinaryPrimitives.ReadInt32LittleEndian(bytes[(i * 4)..]),
                SafetensorsDtype.U32 => BinaryPrimitives.ReadUInt32LittleEndian(bytes[(i * 4)..]),
                SafetensorsDtype.I64 => BinaryPrimitives.ReadInt64LittleEndian(bytes[(i * 8)..]),
                _ => BinaryPrimitives.ReadUInt64LittleEndian(bytes[(i * 8)..]),
            };
        }
        return true;
    }

    // Sign, 4 exponent bits with bias 7, 3 mantissa bits; no infinities, S.1111.111 is NaN.
    private static float DecodeE4M3(byte b)
    {
        int exponent = (b >> 3) & 15, mantissa = b & 7;
        var magnitude = exponent == 15 && mantissa == 7 ? float.NaN
            : exponent == 0 ? mantissa / 8f * MathF.Pow(2, -6)
            : (1 + mantissa / 8f) * MathF.Pow(2, exponent - 7);
        return (b & 0x80) != 0 ? -magnitude : magnitude;
    }
}
