using System.Management.Automation;
using KohyaPS.Engine.Imaging;
using KohyaPS.Engine.Tokenization;

namespace KohyaPS.Commands;

/// <summary>Finds what is wrong with a dataset before it is trained.</summary>
/// <remarks>
/// <para>Looks at folders, names, captions, pictures, buckets, repeats and the settings that concern them, by the same code that trains, and gives
/// one object for each finding: what was found, where, and what to do. A dataset without findings gives no output.</para>
/// <para>An error means that the training refuses the dataset or would not do what was meant; a warning, that it runs, but not as one may
/// think. Every picture is decoded, which takes some seconds for a hundred large ones; -SkipPixels reads headers only.</para>
/// <para>With a configuration, its own settings decide: resolution, batch size, captions and augmentation. Otherwise the defaults do.</para>
/// </remarks>
/// <example>
/// <code>Test-TrainingDataset -Path .\train</code>
/// Shows all findings about a prepared folder.
/// </example>
/// <example>
/// <code>Import-LoraConfig -Path .\dog.yaml | Test-TrainingDataset -Strict -ErrorAction Stop</code>
/// Stops a script when the dataset of a configuration has errors.
/// </example>
/// <example>
/// <code>Test-TrainingDataset -Path .\train | Where-Object -Property Id -EQ MissingCaption | Select-Object -ExpandProperty Items</code>
/// Lists the pictures that have no caption.
/// </example>
/// <seealso cref="GetTrainingDatasetCommand"/>
[Cmdlet(VerbsDiagnostic.Test, "TrainingDataset", DefaultParameterSetName = PathSet)]
[OutputType(typeof(DatasetFinding))]
public sealed class TestTrainingDatasetCommand : DatasetObjectCommand
{
    /// <summary>Reads the headers of pictures only: faster, but damaged pixels, transparency and similar pictures are not found.</summary>
    [Parameter]
    public SwitchParameter SkipPixels { get; set; }

    /// <summary>Also writes an error when there are findings that are errors, so that a script can stop.</summary>
    [Parameter]
    public SwitchParameter Strict { get; set; }

    private protected override void ProcessConfig(LoraConfig config)
    {
        var datasets = Datasets(config);
        IReadOnlyList<DatasetFinding> findings;
        var progress = new CountedProgress(this, "Testing pictures");
        try
        {
            findings = new DatasetLinter(SkipPixels ? null : new PictureInspector(), new CaptionTokenizer(config.Captions.WeightedCaptions)).Check(config, datasets, progress.Show, Stopped);
        }
        finally
        {
            progress.Complete();
        }
        WriteVerbose(Summary(datasets));
        WriteObject(findings, enumerateCollection: true);
        var errors = findings.Where(f => f.Severity == FindingSeverity.Error).ToList();
        if (!Strict || errors.Count == 0)
            return;
        var message = "The dataset cannot be trained as it is:" + string.Concat(errors.Select(e => $"\n  {e.Path}: {e.Message} {e.Remedy}"));
        WriteError(new ErrorRecord(new DatasetException(message), "DatasetInvalid", ErrorCategory.InvalidData, datasets[0].ImageFolder));
    }

    private static string Summary(IReadOnlyList<TrainingDataset> datasets) =>
        $"{datasets.Sum(d => d.ImageCount)} pictures to train, {datasets.Sum(d => d.RegularizationImageCount)} for regularisation, {datasets.Sum(d => d.CaptionCount)} with a caption file; " +
        $"{datasets.Sum(d => d.RepeatedImageCount)} samples an epoch.";
}
