using System.Runtime.InteropServices;

namespace KohyaPS.Engine.Runtime;

/// <summary>
/// How libtorch's threads wait for each other on Linux. By default they spin for long, which on a machine that does other work as well
/// makes every operation wait for the next time slice: measured ten times slower beside four busy processes. A short spin loses nothing
/// measurable on a machine of one's own.
/// </summary>
internal static partial class OpenMp
{
    private const string SpinCount = "GOMP_SPINCOUNT";
    private const string ShortSpin = "10000";

    /// <summary>Sets the waiting before libgomp is loaded, which reads it once; a user's own setting wins.</summary>
    public static void Configure()
    {
        if (OperatingSystem.IsLinux() && Environment.GetEnvironmentVariable("OMP_WAIT_POLICY") is null)
            _ = SetEnvironment(SpinCount, ShortSpin, 0);
    }

    // .NET keeps its own copy of the environment; native libraries read that of the C library.
    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
