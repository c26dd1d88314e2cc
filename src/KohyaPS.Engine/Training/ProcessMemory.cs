using System.Diagnostics;

namespace KohyaPS.Engine.Training;

/// <summary>The memory of this process, in bytes, libtorch's included.</summary>
internal static class ProcessMemory
{
    /// <summary>Resident now.</summary>
    public static long Now => Environment.WorkingSet;

    /// <summary>The largest it ever was.</summary>
    public static long Peak
    {
        get
        {
            using var process = Process.GetCurrentProcess();
            return process.PeakWorkingSet64;
        }
    }
}
