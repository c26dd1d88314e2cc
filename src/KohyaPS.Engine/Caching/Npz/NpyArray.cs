namespace KohyaPS.Engine.Caching.Npz;

/// <summary>An array as NumPy stores it: row by row, little-endian.</summary>
/// <param name="Descriptor">Its element type in NumPy's words, such as &lt;f4.</param>
/// <param name="Shape">Its dimensions.</param>
/// <param name="Bytes">Its elements.</param>
internal sealed record NpyArray(string Descriptor, IReadOnlyList<long> Shape, byte[] Bytes)
{
    /// <summary>The elements as float32; null where the type holds no numbers that fit.</summary>
    public float[]? Floats() => Descriptor switch
    {
        "<f4" => Elements<float, float>(v => v),
        "<f2" => Elements<Half, float>(v => (float)v),
        "<f8" => Elements<double, float>(v => (float)v),
        _ => null,
    };

    /// <summary>The elements as whole numbers; null where the type holds none. Older NumPy on Windows writes 32 bits.</summary>
    public long[]? Integers() => Descriptor switch
    {
        "<i8" => Elements<long, long>(v => v),
        "<i4" => Elements<int, long>(v => v),
        _ => null,
    };

    /// <summary>An array of float32.</summary>
    public static NpyArray Of(IReadOnlyList<long> shape, ReadOnlySpan<float> values) => new("<f4", shape, Raw(values));

    /// <summary>An array of half-precision numbers.</summary>
    public static NpyArray Of(IReadOnlyList<long> shape, ReadOnlySpan<Half> values) => new("<f2", shape, Raw(values));

    /// <summary>A row of doubles.</summary>
    public static NpyArray Of(params ReadOnlySpan<double> values) => new("<f8", [values.Length], Raw(values));

    /// <summary>A row of 64-bit whole numbers.</summary>
    public static NpyArray Of(params ReadOnlySpan<long> values) => new("<i8", [values.Length], Raw(values));

    private static byte[] Raw<T>(ReadOnlySpan<T> values)
        where T : unmanaged => System.Runtime.InteropServices.MemoryMarshal.AsBytes(values).ToArray();

    private TResult[] Elements<T, TResult>(Func<T, TResult> convert)
        where T : unmanaged
    {
        var values = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, T>(Bytes);
        var converted = new TResult[values.Length];
        for (var i = 0; i < converted.Length; i++)
            converted[i] = convert(values[i]);
        return converted;
    }
}
