using System.Management.Automation;
using KohyaPS.Commands.Loading;

namespace KohyaPS.Commands;

/// <summary>Runs when PowerShell imports and removes the module.</summary>
/// <remarks>Importing loads this assembly and KohyaPS.Core only. The engine comes with the first cmdlet that needs it.</remarks>
public sealed class ModuleInitializer : IModuleAssemblyInitializer, IModuleAssemblyCleanup
{
    /// <inheritdoc/>
    public void OnImport()
    {
        // PowerShell finds a type literal such as [KohyaPS.LoraConfig] only in a loaded assembly, so Core comes with the import.
        GC.KeepAlive(typeof(CheckpointFormatException).Assembly);
        EngineResolver.Add();
    }

    /// <inheritdoc/>
    public void OnRemove(PSModuleInfo psModuleInfo) => EngineResolver.Remove();
}
