using System.Management.Automation;
using KohyaPS.Engine.Imaging;

namespace KohyaPS.Commands;

/// <summary>Shows what a training sees of each picture: resized and cut to its bucket.</summary>
/// <remarks>
/// <para>The pictures are made by the code that loads them for a training and written as PNG, in one folder for each bucket, such as 512x768.
/// Pictures of the same name get a number. The object for each says how much of the picture is cut off.</para>
/// <para>Nothing is drawn at random: every picture is cut from its centre, neither mirrored nor recoloured, as it is when latents are cached.
/// With a configuration its resolution and buckets decide; a folder is shown with the defaults.</para>
/// <para>Pictures of the dataset are never changed. One that cannot be used gives an error that names it, and the next one follows.</para>
/// </remarks>
/// <example>
/// <code>Import-LoraConfig -Path .\dog.yaml | Export-BucketPreview -Destination .\preview -ContactSheet</code>
/// Writes every picture as this configuration trains it, and a sheet of all pictures for each bucket.
/// </example>
/// <example>
/// <code>Export-BucketPreview -Path .\train -Destination .\preview | Where-Object -Property LostShare -GT 0.1</code>
/// Lists the pictures of which more than a tenth is cut off.
/// </example>
/// <seealso cref="TestTrainingDatasetCommand"/>
[Cmdlet(VerbsData.Export, "BucketPreview", SupportsShouldProcess = true, DefaultParameterSetName = PathSet)]
[OutputType(typeof(BucketPreview))]
public sealed class ExportBucketPreviewCommand : DatasetObjectCommand
{
    private readonly HashSet<string> taken = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The folder that gets a folder for each bucket; created when missing.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    public string Destination { get; set; } = "";

    /// <summary>Also writes sheets of small pictures for each bucket: sheet-512x768.png and so on, 400 pictures a sheet.</summary>
    [Parameter]
    public SwitchParameter ContactSheet { get; set; }

    /// <summary>Replaces previews that exist.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override void ProcessConfig(LoraConfig config)
    {
        if (SessionPaths.Unresolved(this, Destination) is not { } destination)
            return;
        foreach (var dataset in Datasets(config))
        {
            foreach (var ignored in dataset.IgnoredFolders)
                WriteWarning(ignored.Message);
            var compatibility = dataset.Subsets.Count > 0 ? dataset.Subsets[0].Settings.Compatibility : config.Runtime.Compatibility;
            var bucketed = BucketedDataset.CreateUsable(dataset, compatibility, (image, reason) => Refuse(image.Path, reason));
            if (bucketed.Images.Count == 0)
                WriteWarning($"There are no pictures to show in '{dataset.ImageFolder}'. Type Test-TrainingDataset for what is wrong.");
            else
                Export(bucketed, destination);
        }
    }

    private void Export(BucketedDataset dataset, string destination)
    {
        var plan = new BucketPreviewPlan(dataset, destination, ContactSheet, taken);
        if (!ShouldProcess(destination, $"Write {plan.ImageCount} pictures in {dataset.Buckets.Count} buckets"))
            return;
        if (!Force && plan.Targets.FirstOrDefault(System.IO.Path.Exists) is { } existing)
        {
            WriteError(new ErrorRecord(new IOException($"'{existing}' exists already. Choose another -Destination, or replace previews with -Force."),
                "PreviewExists", ErrorCategory.ResourceExists, existing));
            return;
        }
        var progress = new CountedProgress(this, "Writing previews");
        try
        {
            BucketPreviewWriter.Write(plan, WriteObject, Refuse, progress.Show, Stopped);
        }
        finally
        {
            progress.Complete();
        }
    }

    private void Refuse(string path, Exception reason)
    {
        var named = reason.Message.Contains(path, StringComparison.Ordinal) ? reason : new DatasetException($"'{path}' is not shown: {reason.Message}", reason);
        WriteError(new ErrorRecord(named, "PreviewFailed", ErrorCategory.InvalidData, path));
    }
}
