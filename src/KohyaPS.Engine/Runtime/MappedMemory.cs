using System.Runtime.InteropServices;

namespace KohyaPS.Engine.Runtime;

/// <summary>
/// Memory that shows a file. Linux counts what was read of it as the process's own until the mapping ends, so that a model which is converted
/// while it is loaded would count twice.
/// </summary>
internal static partial class MappedMemory
{
    private const int DontNeed = 4;

    /// <summary>Lets a part of a mapping leave memory; it is read from the file again when it is looked at again.</summary>
    /// <param name="address">First byte; must lie in a private mapping of a file to which nothing was written.</param>
    /// <param name="length">Bytes.</param>
    public static void Release(nint address, long length)
    {
        if (!OperatingSystem.IsLinux())
            return;
        // Whole pages only: what lies beside belongs to other tensors.
        nint page = Environment.SystemPageSize;
        var first = (address + page - 1) / page * page;
        var end = (address + (nint)length) / page * page;
        if (end > first)
            _ = madvise(first, (nuint)(end - first), DontNeed);
    }

    [LibraryImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int madvise(nint address, nuint length, int advice);
}
