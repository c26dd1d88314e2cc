using System.Management.Automation;
using KohyaPS.Engine.Training;

namespace KohyaPS.Commands;

/// <summary>Tells what a training is going to do, without loading a model: steps, buckets, conflicts, memory, files.</summary>
/// <remarks>
/// <para>The plan is made from the configuration, the headers of pictures and model, and nothing else; nothing is written. It holds every
/// problem of configuration and dataset at once, each with its cure.</para>
/// </remarks>
/// <example>
///   <code>Import-LoraConfig .\dog.yaml | Measure-LoraTraining</code>
///   <para>Shows the plan of one training.</para>
/// </example>
/// <example>
///   <code>Get-ChildItem .\jobs\*.yaml | Import-LoraConfig | Measure-LoraTraining | Sort-Object TotalSteps | Format-Table Name, TotalSteps, CanStart</code>
///   <para>Compares the lengths of several trainings before a night's run.</para>
/// </example>
[Cmdlet(VerbsDiagnostic.Measure, "LoraTraining")]
[OutputType(typeof(TrainingPlan))]
public sealed class MeasureLoraTrainingCommand : PSCmdlet
{
    /// <summary>The configuration, from New-LoraConfig or Import-LoraConfig.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [LoraConfigTransformation]
    public LoraConfig Config { get; set; } = null!;

    /// <inheritdoc/>
    protected override void ProcessRecord() => WriteObject(LoraTrainer.Plan(new(Config)));
}
