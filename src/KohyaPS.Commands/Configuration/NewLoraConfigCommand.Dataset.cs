using System.Management.Automation;

namespace KohyaPS.Commands;

public sealed partial class NewLoraConfigCommand
{
    /// <summary>Dataset whose folders are taken: pictures, regularisation pictures, output and logs. Folders given as parameters win.</summary>
    [Parameter(ValueFromPipeline = true)]
    public TrainingDataset? Dataset { get; set; }

    private LoraConfig AddDataset(LoraConfig config)
    {
        if (Dataset is null)
            return config;
        return config with
        {
            Folders = config.Folders with
            {
                TrainDataDir = Dataset.ImageFolder ?? config.Folders.TrainDataDir,
                RegDataDir = Dataset.RegularizationFolder ?? config.Folders.RegDataDir,
                OutputDir = Dataset.OutputFolder ?? config.Folders.OutputDir,
                LoggingDir = Dataset.LoggingFolder ?? config.Folders.LoggingDir,
            },
        };
    }
}
