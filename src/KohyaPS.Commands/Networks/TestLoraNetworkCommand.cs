using System.Management.Automation;
using KohyaPS.Networks;

namespace KohyaPS.Commands;

/// <summary>Checks LoRA files for what makes them useless or doubtful.</summary>
/// <remarks>
/// <para>Finds numbers that are NaN or infinite, modules that lack one of their matrices or whose matrices do not fit, bad alphas, modules that were never trained, tensors of unknown kinds, and weights that do not have the hash that the header states. Each finding says what to do. A file without findings gives no output.</para>
/// </remarks>
/// <example>
/// <code>Test-LoraNetwork -Path .\dog.safetensors</code>
/// Lists what is wrong with a file; no output means that nothing is.
/// </example>
/// <example>
/// <code>Get-ChildItem .\loras\*.safetensors | Test-LoraNetwork | Where-Object -Property IsWarning -EQ $false</code>
/// Lists the errors of all LoRAs of a folder and leaves out what is only noteworthy.
/// </example>
/// <example>
/// <code>if (Test-LoraNetwork -Path .\dog.safetensors -Quiet) { Copy-Item .\dog.safetensors .\published }</code>
/// Publishes a file only when it has no errors.
/// </example>
/// <seealso cref="GetLoraNetworkCommand"/>
[Cmdlet(VerbsDiagnostic.Test, "LoraNetwork", DefaultParameterSetName = "Path")]
[OutputType(typeof(LoraFinding), typeof(bool))]
public sealed class TestLoraNetworkCommand : NetworkFilesCommand
{
    /// <summary>Gives true or false for each file instead of the findings; warnings do not count.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    private protected override void Process(string file)
    {
        IReadOnlyList<LoraFinding> findings;
        try
        {
            findings = LoraNetworkCheck.Run(file);
        }
        catch (CheckpointFormatException error)
        {
            // A file that cannot be read is what this cmdlet is there to find.
            findings = [new(file, "Unreadable", null, error.Message, "Get the file again.")];
        }
        if (Quiet)
            WriteObject(findings.All(f => f.IsWarning));
        else
            WriteObject(findings, enumerateCollection: true);
    }
}
