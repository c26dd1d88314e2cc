using System.Runtime.CompilerServices;
using KohyaPS.Runtime;

namespace KohyaPS.Engine.Runtime;

/// <summary>What can only be said of the machine by loading libtorch.</summary>
public static class EnvironmentProbe
{
    /// <summary>Loads the natives and measures; a failure is a finding, never an exception.</summary>
    public static IEnumerable<EnvironmentCheck> Run()
    {
        TrainingException? failure = null;
        try
        {
            NativeLibraries.Load();
        }
        catch (TrainingException e)
        {
            failure = e;
        }
        if (failure is not null)
            return [new("Native libraries", EnvironmentStatus.Failed, "do not load", failure.Message)];
        return [Natives(NativeLibraries.Loaded!), .. NativeLibraries.Notices.Select(Notice), .. Measured()];
    }

    private static EnvironmentCheck Natives(NativeFolder folder) =>
        new("Native libraries", EnvironmentStatus.Ok, $"libtorch {NativeFolderLocator.LibtorchVersion} ({folder.Files.Backend}) in '{folder.Path}', chosen by {folder.Origin}");

    private static EnvironmentCheck Notice(string notice) =>
        new("Native libraries", EnvironmentStatus.Warning, notice, "Run Install-LoraRuntime -Force when trainings fail or are slow.");

    // Apart from Run: its code mentions TorchSharp, whose first use must come after the load.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static IEnumerable<EnvironmentCheck> Measured()
    {
        var info = TorchRuntime.Start();
        yield return info.Device.Notice is { } notice
            ? new("Device", EnvironmentStatus.Warning, notice, "Install NVIDIA's driver (570 or later), or set KOHYAPS_BACKEND=Cpu to have the processor chosen silently.")
            : new("Device", EnvironmentStatus.Ok, info.Device.IsCard ? "CUDA card 0" : "processor");
        yield return new("Fast type", EnvironmentStatus.Ok, info.ToString());
    }
}
