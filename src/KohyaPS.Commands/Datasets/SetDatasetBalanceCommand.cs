using System.Management.Automation;

namespace KohyaPS.Commands;

/// <summary>Renames the folders of an image folder so that every concept is trained for about the same number of steps.</summary>
/// <remarks>
/// <para>Each concept is a folder named repeats_name; only the number in front is changed: 10_dog with 40 pictures becomes 25_dog for 1000
/// steps. A name that begins with a number in braces, such as {2}10_dog, gets that many times the steps and loses the braces. Files, empty
/// folders and other names are left alone; <see cref="MeasureDatasetBalanceCommand"/> shows the plan with the reasons.</para>
/// <para>All folders are renamed or none. When two folders would get the same name, or the name is taken, nothing is renamed. When the
/// command is interrupted, by a power cut too, the next call finishes what it began.</para>
/// <para>Every folder that takes part comes out as an object with its new path.</para>
/// </remarks>
/// <example>
/// <code>Set-DatasetBalance -Path .\train\img -StepsPerConcept 1000 -WhatIf</code>
/// Shows the renames without doing them.
/// </example>
/// <example>
/// <code>Set-DatasetBalance -Path .\train\img -StepsPerConcept 1000 -Confirm:$false</code>
/// Renames the folders without asking, as in a script.
/// </example>
/// <seealso cref="MeasureDatasetBalanceCommand"/>
[Cmdlet(VerbsCommon.Set, "DatasetBalance", SupportsShouldProcess = true, DefaultParameterSetName = PathSet)]
[OutputType(typeof(DatasetBalance))]
public sealed class SetDatasetBalanceCommand : DatasetBalanceCommand
{
    private readonly DatasetBalancer balancer = new();

    private protected override string ErrorId => "BalanceNotSet";

    private protected override void ProcessFolder(string folder)
    {
        if (DatasetBalancer.IsUnfinished(folder))
        {
            if (!ShouldProcess(folder, "Finish the renaming that was interrupted"))
                return;
            balancer.Finish(folder);
        }
        var plan = Plan(folder);
        ReportLeftAlone(plan);
        RefuseCollisions(plan);
        var wanted = plan.Renames.Where(r => ShouldProcess(r.Path, $"Rename to '{r.NewName}'")).Select(r => r.Name).ToHashSet(StringComparer.Ordinal);
        var approved = plan.Only(r => wanted.Contains(r.Name));
        if (plan.Renames.Any() && wanted.Count == 0)
            return;
        RefuseCollisions(approved);
        balancer.Apply(approved);
        foreach (var entry in approved.Entries.Where(e => e.NewName is not null))
            WriteObject(entry with { Path = System.IO.Path.Combine(approved.Folder, entry.NewName!) });
    }

    private void ReportLeftAlone(BalancePlan plan)
    {
        foreach (var entry in plan.Entries.Where(e => e.Action is BalanceAction.SkippedName or BalanceAction.SkippedFile))
            WriteVerbose($"'{entry.Path}' is left alone: {entry.Reason}");
        foreach (var entry in plan.Entries.Where(e => e.Action == BalanceAction.SkippedEmpty))
            WriteWarning($"'{entry.Path}' is left alone: {entry.Reason}");
    }

    private static void RefuseCollisions(BalancePlan plan)
    {
        var reasons = plan.Collisions.Select(c => c.Reason!).Distinct().ToList();
        if (reasons.Count > 0)
            throw new DatasetException($"Nothing was renamed in '{plan.Folder}': {string.Join(' ', reasons)}");
    }
}
