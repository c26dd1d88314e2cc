using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace KohyaPS.Engine.Caching.Npz;

/// <summary>The format .npy, version 1: a magic number, a header that is a Python dictionary, the elements.</summary>
internal static partial class NpyFormat
{
    private const int PreambleBytes = 10;
    private const int Alignment = 64;
    private static readonly byte[] magic = [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>The array that bytes hold.</summary>
    /// <exception cref="InvalidDataException">They hold none, or one that is stored in another way.</exception>
    public static NpyArray Read(byte[] bytes)
    {
        if (bytes.Length < PreambleBytes || !bytes.AsSpan(0, magic.Length).SequenceEqual(magic) || bytes[6] != 1)
            throw new InvalidDataException("It is no NumPy array of version 1.");
        var begin = PreambleBytes + BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(8));
        if (begin > bytes.Length)
            throw new InvalidDataException("Its header is cut short.");
        var header = Header().Match(Encoding.Latin1.GetString(bytes, PreambleBytes, begin - PreambleBytes));
        if (!header.Success)
            throw new InvalidDataException("Its header is of another kind.");
        long[] shape = [.. header.Groups["shape"].Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(d => long.Parse(d, CultureInfo.InvariantCulture))];
        var descriptor = header.Groups["descr"].Value;
        var wanted = shape.Aggregate((Int128)SizeOf(descriptor), (product, d) => product * d);
        return wanted == bytes.Length - begin
            ? new(descriptor, shape, bytes[begin..])
            : throw new InvalidDataException("Its shape does not fit its data.");
    }

    /// <summary>The bytes of an array, as NumPy writes them.</summary>
    public static byte[] Write(NpyArray array)
    {
        var dimensions = string.Join(", ", array.Shape.Select(d => d.ToString(CultureInfo.InvariantCulture)));
        var dictionary = $"{{'descr': '{array.Descriptor}', 'fortran_order': False, 'shape': ({dimensions}{(array.Shape.Count == 1 ? "," : "")}), }}";
        var length = (PreambleBytes + dictionary.Length + 1 + Alignment - 1) / Alignment * Alignment;
        var bytes = new byte[length + array.Bytes.Length];
        magic.CopyTo(bytes, 0);
        bytes[6] = 1;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), (ushort)(length - PreambleBytes));
        bytes.AsSpan(PreambleBytes, length - PreambleBytes - 1).Fill((byte)' ');
        Encoding.ASCII.GetBytes(dictionary, bytes.AsSpan(PreambleBytes));
        bytes[length - 1] = (byte)'\n';
        array.Bytes.CopyTo(bytes, length);
        return bytes;
    }

    private static int SizeOf(string descriptor) =>
        descriptor[1..] is "f4" or "i4" ? 4 : descriptor[1..] is "f8" or "i8" ? 8 : descriptor[1..] == "f2" ? 2
        : throw new InvalidDataException($"Its elements are of the type {descriptor}, which no cache holds.");

    // Every dimension has at most nine digits, so that no product overflows 128 bits.
    [GeneratedRegex(@"^\{'descr': '(?<descr><[fi][248])', 'fortran_order': False, 'shape': \((?<shape>(?:[0-9]{1,9}(?:, [0-9]{1,9}){0,7},?)?)\), \} *\n$")]
    private static partial Regex Header();
}
