using System.Runtime.InteropServices;

namespace KohyaPS.Engine.Runtime;

/// <summary>
/// What glibc's allocator does with large blocks that are freed. By default it maps and unmaps them one by one, so that each large temporary of a
/// step costs its page faults again; kept together they are there for the next one. Other systems' allocators are left as they are.
/// </summary>
internal static partial class Allocator
{
    private const int TrimThreshold = -1;
    private const int TopPad = -2;
    private const int MmapThreshold = -3;
    private const int MmapMax = -4;
    private const int TopPadBytes = 256 << 20;
    private const int LargeBlock = 1_000_000;
    private const int MostMappings = 65536;

    /// <summary>Keeps freed blocks for the next operation.</summary>
    public static void KeepFreed()
    {
        Set(MmapMax, 0);
        Set(TrimThreshold, int.MaxValue);
        Set(TopPad, TopPadBytes);
    }

    /// <summary>
    /// Gives large blocks back to the system as soon as they are freed, until the result is disposed. For weights that are made with the help of
    /// temporaries: they would lie in the holes that those leave, and the next temporary would need new memory.
    /// </summary>
    public static IDisposable GiveBackFreed()
    {
        Set(MmapThreshold, LargeBlock);
        Set(MmapMax, MostMappings);
        return new Keeper();
    }

    /// <summary>Gives unused memory back to the system: for the end of a phase that needed more than the next.</summary>
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
            // Another C library than glibc, such as musl.
        }
    }

    private static void Set(int parameter, int value)
    {
        if (!OperatingSystem.IsLinux())
            return;
        try
        {
            // A value that is refused leaves the default: slower, or larger, and right.
            _ = mallopt(parameter, value);
        }
        catch (EntryPointNotFoundException)
        {
            // As above.
        }
    }

    [LibraryImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int mallopt(int parameter, int value);

    [LibraryImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int malloc_trim(nuint pad);

    private sealed class Keeper : IDisposable
    {
        public void Dispose() => Set(MmapMax, 0);
    }
}
