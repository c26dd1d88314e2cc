using System.Management.Automation;

namespace KohyaPS.Commands;

/// <summary>Runs when PowerShell imports and removes the module.</summary>
public sealed class ModuleInitializer : IModuleAssemblyInitializer, IModuleAssemblyCleanup
{
    /// <inheritdoc/>
    public void OnImport()
    {
    }

    /// <inheritdoc/>
    public void OnRemove(PSModuleInfo psModuleInfo)
    {
    }
}
