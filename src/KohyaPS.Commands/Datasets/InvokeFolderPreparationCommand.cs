using System.Management.Automation;

namespace KohyaPS.Commands;

/// <summary>Copies pictures into the folders that a training reads, named by repeats, instance and class.</summary>
/// <remarks>
/// <para>Makes img\repeats_instance class, with regularisation pictures also reg\repeats_class, and the folders log and model below the
/// destination. The whole folder of pictures is copied: captions, caches and subfolders included.</para>
/// <para>The pictures are never moved or changed: every copy has the bytes and the time stamp of its source. A copy appears under its name
/// only when it is whole. Running the command again with the same pictures changes nothing; a prepared folder that holds something else is
/// replaced only with -Force.</para>
/// <para>The object that comes out carries the folders as paths; New-LoraConfig takes all four from it.</para>
/// </remarks>
/// <example>
/// <code>Invoke-FolderPreparation -Path .\photos -Destination .\train -Instance 'shs' -Class 'dog' -Repeats 20</code>
/// Copies the photos to .\train\img\20_shs dog and makes .\train\log and .\train\model.
/// </example>
/// <example>
/// <code>Import-Csv -Path .\concepts.csv | Invoke-FolderPreparation -Destination .\train</code>
/// Prepares one folder a line of a table with the columns Path, Instance, Class and Repeats.
/// </example>
/// <example>
/// <code>Invoke-FolderPreparation -Path .\photos -Destination .\train -Instance 'shs' -Class 'dog' -RegularizationPath .\dogs -WhatIf</code>
/// Shows what would be copied where.
/// </example>
/// <seealso cref="MeasureDatasetBalanceCommand"/>
[Cmdlet(VerbsLifecycle.Invoke, "FolderPreparation", SupportsShouldProcess = true, DefaultParameterSetName = PathSet)]
[OutputType(typeof(TrainingDataset))]
public sealed class InvokeFolderPreparationCommand : PSCmdlet, IDisposable
{
    private const string PathSet = "Path";
    private const string LiteralPathSet = "LiteralPath";
    private readonly CancellationTokenSource stop = new();

    /// <summary>The folder with the pictures and captions of the concept. Wildcards are allowed, but must match one folder.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = PathSet)]
    [SupportsWildcards]
    public string Path { get; set; } = "";

    /// <summary>The folder with the pictures, taken as it is: brackets, stars and question marks belong to the name.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = LiteralPathSet)]
    [Alias("PSPath", "FullName")]
    public string LiteralPath { get; set; } = "";

    /// <summary>The folder in which img, reg, model and log are made; created when missing.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    public string Destination { get; set; } = "";

    /// <summary>The rare word that stands for the new concept, such as shs.</summary>
    [Parameter(Mandatory = true, Position = 2, ValueFromPipelineByPropertyName = true)]
    [Alias("InstancePrompt")]
    public string Instance { get; set; } = "";

    /// <summary>What kind of thing the concept is, such as dog.</summary>
    [Parameter(Mandatory = true, Position = 3, ValueFromPipelineByPropertyName = true)]
    [Alias("ClassPrompt")]
    public string Class { get; set; } = "";

    /// <summary>How often each picture is used in an epoch: at least 1, a fraction is cut off. Default 40.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public double Repeats { get; set; } = 40;

    /// <summary>The folder with regularisation pictures of the class. Without it no reg folder is made.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("RegularisationPath")]
    public string RegularizationPath { get; set; } = "";

    /// <summary>How often each regularisation picture is used in an epoch; below 1 they are left out, with a warning. Default 1.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("RegularisationRepeats")]
    public double RegularizationRepeats { get; set; } = 1;

    /// <summary>Replaces a prepared folder that holds something else.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (Source() is not { } source || SessionPaths.Unresolved(this, Destination) is not { } destination)
            return;
        var regularization = RegularizationPath.Length == 0 ? null : SessionPaths.Unresolved(this, RegularizationPath);
        if (RegularizationPath.Length > 0 && regularization is null)
            return;
        var plan = FolderPreparationPlan.Create(new()
        {
            Source = source,
            Destination = destination,
            Instance = Instance,
            Class = Class,
            Repeats = Repeats,
            RegularizationSource = regularization,
            RegularizationRepeats = RegularizationRepeats,
            Force = Force,
        });
        foreach (var warning in plan.Warnings)
            WriteWarning(warning);
        foreach (var problem in plan.Problems)
            WriteError(new ErrorRecord(new DatasetException(problem.Message), problem.Kind.ToString(), CategoryOf(problem.Kind), problem.Subject));
        if (plan.Problems.Count == 0 && IsApproved(plan))
            Prepare(plan);
    }

    /// <inheritdoc/>
    protected override void StopProcessing() => stop.Cancel();

    /// <inheritdoc/>
    public void Dispose() => stop.Dispose();

    private string? Source()
    {
        var isLiteral = ParameterSetName == LiteralPathSet;
        var found = SessionPaths.Existing(this, [isLiteral ? LiteralPath : Path], isLiteral).ToList();
        if (found.Count > 1)
        {
            var message = $"-Path '{Path}' matches {found.Count} files or folders. Give one folder; for several concepts call the command once for each.";
            WriteError(new ErrorRecord(new PSArgumentException(message), "PathAmbiguous", ErrorCategory.InvalidArgument, Path));
        }
        return found.Count == 1 ? found[0] : null;
    }

    private bool IsApproved(FolderPreparationPlan plan)
    {
        var pending = plan.Folders.Where(f => f.State != PreparedFolderState.Current).ToList();
        foreach (var current in plan.Folders.Except(pending))
            WriteVerbose($"'{current.Target}' holds the same files already.");
        if (pending.Count == 0)
            return ShouldProcess(plan.Destination, "Make the folders img, log and model where they are missing");
        // All folders or none: a set without its regularisation pictures is another set.
        return pending.Aggregate(true, (approved, folder) => ShouldProcess(folder.Target,
            $"{(folder.State == PreparedFolderState.Different ? "Replace by a copy of" : "Copy")} {folder.FileCount} files from '{folder.Source}'") && approved);
    }

    private void Prepare(FolderPreparationPlan plan)
    {
        var progress = new CountedProgress(this, "Copying pictures", "files");
        try
        {
            FolderPreparer.Prepare(plan, progress.Show, stop.Token);
            WriteObject(DatasetReader.Read(new DatasetSource
            {
                ImageFolder = plan.ImageFolder,
                RegularizationFolder = Directory.Exists(plan.RegularizationFolder) ? plan.RegularizationFolder : null,
                OutputFolder = plan.OutputFolder,
                LoggingFolder = plan.LoggingFolder,
            }, stop.Token));
        }
        catch (Exception e) when (e is DatasetException or IOException or UnauthorizedAccessException)
        {
            WriteError(new ErrorRecord(e, "PreparationFailed", ErrorCategory.WriteError, plan.Destination));
        }
        catch (OperationCanceledException)
        {
            // Ctrl+C: nobody takes output any more.
        }
        finally
        {
            progress.Complete();
        }
    }

    private static ErrorCategory CategoryOf(PreparationProblemKind kind) => kind switch
    {
        PreparationProblemKind.SourceNotFound or PreparationProblemKind.NoImages => ErrorCategory.ObjectNotFound,
        PreparationProblemKind.TargetExists or PreparationProblemKind.DestinationOccupied => ErrorCategory.ResourceExists,
        PreparationProblemKind.SourceUnreadable => ErrorCategory.ReadError,
        _ => ErrorCategory.InvalidArgument,
    };
}
