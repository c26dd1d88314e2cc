using System.Management.Automation;
using KohyaPS.Engine.Runtime;
using KohyaPS.Engine.Training;
using KohyaPS.Runtime;

namespace KohyaPS.Commands;

/// <summary>Looks at what trainings need of this machine and says what to do about what is missing.</summary>
/// <remarks>
/// <para>One object a check: PowerShell, .NET, system, the Visual C++ runtime (Windows), memory, disk, NVIDIA cards with driver and compute
/// capability, the native libraries, and the number types that this machine computes fast. The Cure says what to type.</para>
/// <para>The native libraries are loaded and measured for a moment; -SkipNatives leaves them alone.</para>
/// <para>-Gpu also tries the NVIDIA card that trainings would use, for a minute or two: exact float32, the attention kernels, copies through
/// pinned memory, memory running out, and twenty steps of the demo's small model, with and without gradient checkpointing, compared with the
/// same training on the processor.</para>
/// </remarks>
/// <example>
/// <code>Test-LoraEnvironment</code>
/// Checks everything and shows it as a table.
/// </example>
/// <example>
/// <code>Test-LoraEnvironment | Where-Object -Property Status -NE -Value Ok | Format-List</code>
/// Shows only what is missing or slow, with the cure.
/// </example>
/// <example>
/// <code>Test-LoraEnvironment -Gpu | Where-Object -Property Name -Like -Value 'GPU*' | Format-List</code>
/// Trains on the card and on the processor and shows how they compare.
/// </example>
/// <seealso cref="InstallLoraRuntimeCommand"/>
[Cmdlet(VerbsDiagnostic.Test, "LoraEnvironment", DefaultParameterSetName = "Look")]
[OutputType(typeof(EnvironmentCheck))]
public sealed class TestLoraEnvironmentCommand : PSCmdlet
{
    /// <summary>A folder on the disk that trainings will write to. Default: the current one.</summary>
    [Parameter(Position = 0)]
    public string OutputPath { get; set; } = ".";

    /// <summary>Loads no native library and measures nothing.</summary>
    [Parameter(ParameterSetName = "Look")]
    public SwitchParameter SkipNatives { get; set; }

    /// <summary>Also trains a very small model on the NVIDIA card and on the processor, and compares.</summary>
    [Parameter(ParameterSetName = "Gpu", Mandatory = true)]
    public SwitchParameter Gpu { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        // Not the host's version: a job's or another program's host counts for itself.
        var table = (System.Collections.Hashtable)SessionState.PSVariable.GetValue("PSVersionTable");
        var version = Version.Parse(table["PSVersion"]!.ToString()!.Split('-')[0]);
        WriteObject(MachineChecks.Run(version, GetUnresolvedProviderPathFromPSPath(OutputPath)), enumerateCollection: true);
        if (!SkipNatives)
            WriteObject(EnvironmentProbe.Run(), enumerateCollection: true);
        if (Gpu)
            WriteObject(CardTrial.Run(DemoFolder()), enumerateCollection: true);
    }

    // A packed module brings the demo; a checkout has it beside the module.
    private static string DemoFolder()
    {
        var module = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(TestLoraEnvironmentCommand).Assembly.Location)!, ".."));
        string[] candidates = [Path.Combine(module, "examples", "demo"), Path.GetFullPath(Path.Combine(module, "..", "..", "examples", "demo"))];
        return Array.Find(candidates, Directory.Exists) ?? candidates[0];
    }
}
