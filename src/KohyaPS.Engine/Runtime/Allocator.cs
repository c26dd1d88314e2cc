using System.Runtime.InteropServices;

namespace KohyaPS.Engine.Runtime;

/// <summary>
/// Settings of glibc's allocator. By default it maps every block above a few megabytes anew and unmaps it when freed, so that each large
/// temporary costs its page faults again.
/// </summary>
internal static partial class Allocator
{
    private const int TrimThreshold = -1;
    private const int TopPad = -2;
    private const int MmapThreshold = -3;
    private const int MmapMax = -4;
    private const int TopPadBytes = 256 << 20;
    private const int SmallMmapThreshold = 1_000_000;

    /// <summary>Keeps freed blocks for the next operation, or gives large ones back at once.</summary>
    /// <returns>True where freed memory is kept; false also where the system has another allocator.</returns>
    public static bool Configure(bool keepFreedMemory)
    {
        if (!OperatingSystem.IsLinux())
            return false;
        try
        {
            if (!keepFreedMemory)
                return mallopt(MmapThreshold, SmallMmapThreshold) != 1;
            return mallopt(MmapMax, 0) == 1 & mallopt(TrimThreshold, int.MaxValue) == 1 & mallopt(TopPad, TopPadBytes) == 1;
        }
        catch (EntryPointNotFoundException)
        {
            // Another C library than glibc, such as musl.
            return false;
        }
    }

    /// <summary>Gives unused memory back to the system; for the end of a phase, such as caching.</summary>
    public static void Trim()
    {
        if (!OperatingSystem.IsLinux())
            return;
        try
        {
            _ = malloc_trim(0);
        }
        catch (EntryPointNotFoundException)
        {
            // As above: nothing to give back by this name.
        }
    }

    [LibraryImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int mallopt(int parameter, int value);

    [LibraryImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int malloc_trim(nuint pad);
}
