using System.Runtime.InteropServices;
using KohyaPS.Files;

namespace KohyaPS.Runtime;

/// <summary>What can be said of the machine without loading a native library.</summary>
public static class MachineChecks
{
    /// <summary>Below this an SD1.5 training does not fit (its base alone takes 2 GiB in half precision).</summary>
    private const long LittleMemory = 8 * Gibibyte.Bytes;

    /// <summary>Below this a CUDA runtime, a model and a few states do not fit.</summary>
    private const long LittleDisk = 10 * Gibibyte.Bytes;

    private static readonly string[] visualCpp = ["MSVCP140.dll", "VCRUNTIME140.dll", "VCRUNTIME140_1.dll"];

    /// <summary>All checks, in the order of the report.</summary>
    /// <param name="powerShell">The version of the PowerShell that asks.</param>
    /// <param name="outputFolder">A folder on the disk that trainings write to.</param>
    public static IEnumerable<EnvironmentCheck> Run(Version powerShell, string outputFolder)
    {
        yield return PowerShell(powerShell);
        yield return DotNet();
        yield return OperatingSystemCheck();
        if (OperatingSystem.IsWindows())
            yield return VisualCpp(library => NativeLibrary.TryLoad(library, out _));
        yield return Memory(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
        yield return FreeSpace(outputFolder);
        foreach (var card in Cards(NvidiaCard.Query()))
            yield return card;
    }

    /// <summary>The version that the module is made for.</summary>
    public static EnvironmentCheck PowerShell(Version version) => version >= new Version(7, 6)
        ? new("PowerShell", EnvironmentStatus.Ok, version.ToString())
        : new("PowerShell", EnvironmentStatus.Failed, version.ToString(), "Install PowerShell 7.6 or later: winget install Microsoft.PowerShell");

    /// <summary>The runtime libraries of Visual C++ that libtorch imports.</summary>
    public static EnvironmentCheck VisualCpp(Func<string, bool> loads) => visualCpp.Where(library => !loads(library)).ToList() is { Count: > 0 } missing
        ? new("Visual C++ runtime", EnvironmentStatus.Failed, $"lacks {string.Join(", ", missing)}", "winget install Microsoft.VCRedist.2015+.x64")
        : new("Visual C++ runtime", EnvironmentStatus.Ok, "present");

    /// <summary>Memory that this process may use.</summary>
    public static EnvironmentCheck Memory(long bytes) => bytes >= LittleMemory
        ? new("Memory", EnvironmentStatus.Ok, Gibibyte.Text(bytes))
        : new("Memory", EnvironmentStatus.Warning, Gibibyte.Text(bytes), "Training a full-size model needs 8 GiB or more; use -GradientCheckpointing, cached latents and a small batch.");

    /// <summary>The cards, or why there is none.</summary>
    public static IEnumerable<EnvironmentCheck> Cards(IReadOnlyList<NvidiaCard>? cards) => cards is { Count: > 0 }
        ? cards.Select(card => card.Check())
        : [new("GPU", EnvironmentStatus.Warning, cards is null ? "no NVIDIA driver found" : "no NVIDIA card found", "Trainings run on the processor. With an NVIDIA card, install its driver (570 or later), then Install-LoraRuntime.")];

    private static EnvironmentCheck DotNet() => new(".NET", EnvironmentStatus.Ok, Environment.Version.ToString());

    private static EnvironmentCheck OperatingSystemCheck()
    {
        var value = $"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}";
        return NativeFileSet.CurrentRid is null
            ? new("System", EnvironmentStatus.Failed, value, "Use 64-bit Windows or Linux (glibc 2.34 or later) on an Intel or AMD processor.")
            : new("System", EnvironmentStatus.Ok, value);
    }

    private static EnvironmentCheck FreeSpace(string folder)
    {
        if (Disk.FreeBytes(folder) is not { } free)
            return new("Disk", EnvironmentStatus.Warning, $"the free space at '{folder}' is unknown", "See that there are 10 GiB or more.");
        return free >= LittleDisk
            ? new("Disk", EnvironmentStatus.Ok, $"{Gibibyte.Text(free)} free at '{folder}'")
            : new("Disk", EnvironmentStatus.Warning, $"{Gibibyte.Text(free)} free at '{folder}'", "Models, states and the CUDA runtime take gigabytes: make room, or write to another disk.");
    }
}
