using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace KohyaPS.Runtime;

/// <summary>A graphics card as NVIDIA's own tool reports it.</summary>
/// <param name="Name">The card's name.</param>
/// <param name="DriverVersion">The driver, for instance 576.52.</param>
/// <param name="ComputeCapability">The generation of the chip, for instance 8.9.</param>
/// <param name="MemoryBytes">The card's memory.</param>
public sealed record NvidiaCard(string Name, Version DriverVersion, Version ComputeCapability, long MemoryBytes)
{
    private const int TimeoutMilliseconds = 20_000;

    // NVIDIA writes 580.65.06; a version of .NET knows no leading zero.
    private string DriverText => DriverVersion.Build < 0 ? DriverVersion.ToString() : string.Create(CultureInfo.InvariantCulture, $"{DriverVersion.Major}.{DriverVersion.Minor}.{DriverVersion.Build:00}");

    /// <summary>The first driver with all of CUDA 12.8.</summary>
    public static Version MinimumDriver { get; } = new(570, 0);

    /// <summary>The first generation that has kernels in PyTorch 2.10's CUDA 12.8 builds (Volta): 7.0, 7.5, 8.0, 8.6, 9.0, 10.0 and 12.0.</summary>
    public static Version MinimumCapability { get; } = new(7, 0);

    /// <summary>Asks nvidia-smi. Null where there is no such tool or it fails, which is where there is no working driver.</summary>
    public static IReadOnlyList<NvidiaCard>? Query()
    {
        var start = new ProcessStartInfo("nvidia-smi", ["--query-gpu=name,driver_version,compute_cap,memory.total", "--format=csv,noheader,nounits"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            CreateNoWindow = true,
        };
        try
        {
            using var process = Process.Start(start)!;
            var output = process.StandardOutput.ReadToEndAsync();
            if (process.WaitForExit(TimeoutMilliseconds))
                return process.ExitCode == 0 ? Parse(output.Result) : null;
            process.Kill();
            return null;
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    /// <summary>Reads the table "name, driver, capability, MiB"; lines that are none are passed over.</summary>
    public static IReadOnlyList<NvidiaCard> Parse(string table) => [.. table.Split('\n')
        .Select(line => line.Split(',', StringSplitOptions.TrimEntries))
        .Where(fields => fields.Length == 4)
        .Select(fields => Version.TryParse(fields[1], out var driver) && Version.TryParse(fields[2], out var capability)
            && long.TryParse(fields[3], NumberStyles.None, CultureInfo.InvariantCulture, out var megabytes)
            ? new NvidiaCard(fields[0], driver, capability, megabytes << 20) : null)
        .OfType<NvidiaCard>()];

    /// <summary>Whether trainings can use the card.</summary>
    public EnvironmentCheck Check()
    {
        var value = string.Create(CultureInfo.InvariantCulture, $"{Name}, {MemoryBytes >> 20} MB, compute capability {ComputeCapability}, driver {DriverText}");
        if (DriverVersion < MinimumDriver)
            return new("GPU", EnvironmentStatus.Warning, value, $"Install NVIDIA's driver {MinimumDriver.Major} or later: this one cannot run CUDA 12.8.");
        return ComputeCapability < MinimumCapability
            ? new("GPU", EnvironmentStatus.Warning, value, $"The CUDA build has no code for cards before compute capability {MinimumCapability}; set KOHYAPS_BACKEND=Cpu to compute on the processor.")
            : new("GPU", EnvironmentStatus.Ok, value);
    }
}
