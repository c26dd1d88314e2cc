using System.Runtime.InteropServices;

namespace KohyaPS.Engine.Runtime;

/// <summary>NVIDIA's driver, which a CUDA runtime needs and does not bring.</summary>
internal static class NvidiaDriver
{
    /// <summary>True where the driver's library loads; says nothing about a card being usable.</summary>
    public static bool IsPresent() => NativeLibrary.TryLoad(OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1", out _);
}
