using System.Management.Automation;

namespace KohyaPS.Commands;

/// <summary>Reads a dataset as a training does: folders, pictures, sizes and captions.</summary>
/// <remarks>
/// <para>The image folder holds folders named repeats_name, such as 10_shs dog; each is a subset whose pictures are used so many times in an
/// epoch. For a folder that <see cref="InvokeFolderPreparationCommand"/> made, its img, reg, model and log are taken.</para>
/// <para>The object that comes out lists subsets and pictures, and the folders that are not trained, which are also warned of. New-LoraConfig
/// takes its folders from it. Only the headers of pictures are read, so that even large datasets take seconds.</para>
/// <para><see cref="TestTrainingDatasetCommand"/> says what is wrong with a dataset.</para>
/// </remarks>
/// <example>
/// <code>Get-TrainingDataset -Path .\train</code>
/// Shows the numbers of subsets, pictures and captions of a prepared folder.
/// </example>
/// <example>
/// <code>(Get-TrainingDataset -Path .\train\img).Images | Select-Object -Property Name, Width, Height</code>
/// Lists the pictures with their sizes.
/// </example>
/// <seealso cref="TestTrainingDatasetCommand"/>
[Cmdlet(VerbsCommon.Get, "TrainingDataset", DefaultParameterSetName = PathSet)]
[OutputType(typeof(TrainingDataset))]
public sealed class GetTrainingDatasetCommand : TrainingDatasetCommand
{
    private protected override void ProcessConfig(LoraConfig config)
    {
        foreach (var dataset in DatasetReader.Read(config, Stopped))
        {
            foreach (var ignored in dataset.IgnoredFolders)
                WriteWarning(ignored.Message);
            if (dataset.ImageCount == 0)
                WriteWarning($"There are no pictures to train in '{dataset.ImageFolder}'. Type Test-TrainingDataset for what is wrong.");
            WriteObject(dataset);
        }
    }
}
