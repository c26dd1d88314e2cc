using System.Management.Automation;

namespace KohyaPS.Commands;

/// <summary>Shows how evenly the concepts of an image folder are trained, and the repeats that would balance them.</summary>
/// <remarks>
/// <para>Each concept is a folder named repeats_name. The repeats that balance it are StepsPerConcept / pictures, rounded half to even and at
/// least 1. A name that begins with a number in braces, such as {2}10_dog, asks for that many times the steps.</para>
/// <para>Every entry of the folder gives one object, also what balancing leaves alone: files, empty folders and other names, with the reason.
/// Nothing is changed; <see cref="SetDatasetBalanceCommand"/> renames the folders.</para>
/// <para>The steps are pictures shown. Divide by batch size and accumulation for updates of the network.</para>
/// </remarks>
/// <example>
/// <code>Measure-DatasetBalance -Path .\train\img</code>
/// Lists each concept with its pictures, its repeats now, and the repeats for 1000 steps an epoch.
/// </example>
/// <example>
/// <code>Measure-DatasetBalance -Path .\train\img -StepsPerConcept 400 | Where-Object -Property DeviationPercent -GT 20</code>
/// Finds the concepts that whole repeats bring more than a fifth above 400 steps.
/// </example>
/// <seealso cref="SetDatasetBalanceCommand"/>
[Cmdlet(VerbsDiagnostic.Measure, "DatasetBalance", DefaultParameterSetName = PathSet)]
[OutputType(typeof(DatasetBalance))]
public sealed class MeasureDatasetBalanceCommand : DatasetBalanceCommand
{
    private protected override string ErrorId => "BalanceNotMeasured";

    private protected override void ProcessFolder(string folder) => WriteObject(Plan(folder).Entries, enumerateCollection: true);
}
