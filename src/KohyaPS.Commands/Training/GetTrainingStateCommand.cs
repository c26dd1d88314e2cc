using System.Management.Automation;
using KohyaPS.Training.States;

namespace KohyaPS.Commands;

/// <summary>Lists the saved trainings in a folder, oldest first.</summary>
/// <remarks>
/// <para>Only complete states are listed: a state's manifest is written last, so what a crash left half-written is none.</para>
/// </remarks>
/// <example>
///   <code>Get-TrainingState .\out | Select-Object -Last 1 | Start-LoraTraining</code>
///   <para>Continues the newest saved training of an output folder.</para>
/// </example>
/// <example>
///   <code>Get-TrainingState .\out -Name dog | Format-Table Step, Epoch, Reason, Created</code>
///   <para>Shows the states of one training.</para>
/// </example>
[Cmdlet(VerbsCommon.Get, "TrainingState", DefaultParameterSetName = "Path")]
[OutputType(typeof(TrainingState))]
public sealed class GetTrainingStateCommand : PSCmdlet
{
    /// <summary>The output folder of a training, or a state's own folder. Wildcards are allowed.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ParameterSetName = "Path")]
    [SupportsWildcards]
    public string[] Path { get; set; } = ["."];

    /// <summary>The same without wildcards.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = "LiteralPath")]
    [Alias("PSPath", "OutputFolder")]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>Only the states of the training with this output name. Wildcards are allowed.</summary>
    [Parameter]
    [SupportsWildcards]
    public string Name { get; set; } = "*";

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var wanted = WildcardPattern.Get(Name, WildcardOptions.IgnoreCase);
        foreach (var folder in Folders())
        {
            if (!Directory.Exists(folder))
            {
                WriteError(new ErrorRecord(
                    new DirectoryNotFoundException($"There is no folder '{folder}'. Name the output folder of a training (its -OutputDir)."),
                    "FolderNotFound", ErrorCategory.ObjectNotFound, folder));
                continue;
            }
            try
            {
                IReadOnlyList<TrainingState> states = StateManifest.Read(folder) is { } own ? [own.Describe(folder)] : StateFolder.Find(folder);
                WriteObject(states.Where(s => wanted.IsMatch(s.Name)), enumerateCollection: true);
            }
            catch (Exception e) when (e is TrainingException or IOException or UnauthorizedAccessException)
            {
                WriteError(new ErrorRecord(e, "StateDamaged", ErrorCategory.InvalidData, folder));
            }
        }
    }

    private IEnumerable<string> Folders()
    {
        var isLiteral = ParameterSetName == "LiteralPath";
        foreach (var path in isLiteral ? LiteralPath : Path)
        {
            if (!isLiteral && WildcardPattern.ContainsWildcardCharacters(path))
            {
                foreach (var found in SessionPaths.Existing(this, [path], isLiteral))
                    yield return found;
            }
            else if (SessionPaths.Unresolved(this, path) is { } folder)
            {
                yield return folder;
            }
        }
    }
}
