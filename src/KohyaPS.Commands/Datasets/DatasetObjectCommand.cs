using System.Management.Automation;

namespace KohyaPS.Commands;

/// <summary>What the cmdlets have in common that look at a dataset on disk or at one that is read already.</summary>
public abstract class DatasetObjectCommand : TrainingDatasetCommand
{
    private const string DatasetSet = "Dataset";

    /// <summary>A dataset from Get-TrainingDataset or Invoke-FolderPreparation, with its own buckets.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = DatasetSet)]
    public TrainingDataset Dataset { get; set; } = null!;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == DatasetSet)
            Config = new LoraConfig { Folders = new() { TrainDataDir = Dataset.ImageFolder, RegDataDir = Dataset.RegularizationFolder } };
        base.ProcessRecord();
    }

    /// <summary>The dataset that was given, or those of a configuration.</summary>
    private protected IReadOnlyList<TrainingDataset> Datasets(LoraConfig config) => ParameterSetName == DatasetSet ? [Dataset] : DatasetReader.Read(config, Stopped);
}
