using System.Management.Automation;

namespace KohyaPS.Commands;

public sealed partial class NewLoraConfigCommand
{
    /// <inheritdoc cref="FoldersSettings.TrainDataDir"/>
    [Parameter]
    [Alias("train_data_dir", "ImagePath", "image_path")]
    public string? TrainDataDir { get; set; }

    /// <inheritdoc cref="FoldersSettings.RegDataDir"/>
    [Parameter]
    [Alias("reg_data_dir", "RegularizationPath", "regularization_path")]
    public string? RegDataDir { get; set; }

    /// <inheritdoc cref="FoldersSettings.OutputDir"/>
    [Parameter]
    [Alias("output_dir", "Output")]
    public string? OutputDir { get; set; }

    /// <inheritdoc cref="FoldersSettings.OutputName"/>
    [Parameter]
    [Alias("output_name")]
    public string OutputName { get; set; } = "";

    /// <inheritdoc cref="FoldersSettings.LoggingDir"/>
    [Parameter]
    [Alias("logging_dir")]
    public string? LoggingDir { get; set; }

    /// <inheritdoc cref="FoldersSettings.InJson"/>
    [Parameter]
    [Alias("in_json")]
    public string? InJson { get; set; }

    /// <inheritdoc cref="FoldersSettings.DatasetRepeats"/>
    [Parameter]
    [Alias("dataset_repeats")]
    public int DatasetRepeats { get; set; }

    /// <inheritdoc cref="FoldersSettings.DatasetConfig"/>
    [Parameter]
    [Alias("dataset_config")]
    public string? DatasetConfig { get; set; }
}
