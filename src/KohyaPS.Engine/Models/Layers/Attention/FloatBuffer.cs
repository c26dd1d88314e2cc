using System.Runtime.InteropServices;

namespace KohyaPS.Engine.Models.Layers.Attention;

/// <summary>Working memory for float32 numbers, at an address that fits the processor's cache lines; its contents are undefined at first.</summary>
/// <param name="length">Numbers.</param>
internal readonly unsafe struct FloatBuffer(nint length) : IDisposable
{
    private const nuint CacheLine = 64;

    /// <summary>The first number.</summary>
    public nint Address { get; } = (nint)NativeMemory.AlignedAlloc((nuint)length * sizeof(float), CacheLine);

    /// <summary>The number at a place.</summary>
    public float* At(nint place) => (float*)Address + place;

    /// <inheritdoc/>
    public void Dispose() => NativeMemory.AlignedFree((void*)Address);
}
