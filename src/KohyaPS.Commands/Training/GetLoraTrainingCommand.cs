using System.Management.Automation;
using KohyaPS.Training.Runs;

namespace KohyaPS.Commands;

/// <summary>Lists the trainings that run on this machine, in whatever session.</summary>
/// <example>
///   <code>Get-LoraTraining | Format-Table RunId, Name, Elapsed, OutputFolder</code>
///   <para>Shows what runs.</para>
/// </example>
/// <example>
///   <code>Get-LoraTraining -Name dog* | Stop-LoraTraining</code>
///   <para>Stops trainings by name; each saves its state first.</para>
/// </example>
[Cmdlet(VerbsCommon.Get, "LoraTraining")]
[OutputType(typeof(ActiveTraining))]
public sealed class GetLoraTrainingCommand : PSCmdlet
{
    /// <summary>Only those with this name. Wildcards are allowed.</summary>
    [Parameter(Position = 0)]
    [SupportsWildcards]
    public string Name { get; set; } = "*";

    /// <summary>Only those that write to this folder; finds also trainings of accounts that share no registry with this one.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("OutputDir")]
    public string? OutputFolder { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var wanted = WildcardPattern.Get(Name, WildcardOptions.IgnoreCase);
        var running = OutputFolder is null ? RunRegistry.List() : RunRegistry.In(GetUnresolvedProviderPathFromPSPath(OutputFolder));
        WriteObject(running.Where(t => wanted.IsMatch(t.Name)), enumerateCollection: true);
    }
}
