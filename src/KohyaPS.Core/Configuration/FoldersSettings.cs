namespace KohyaPS;

/// <summary>Where pictures come from and results go.</summary>
public sealed record FoldersSettings : SettingGroup
{
    /// <summary>Folder above the subfolders named &lt;repeats&gt;_&lt;class tokens&gt; that hold the training pictures.</summary>
    [Setting(Aliases = ["ImagePath"], Gui = "train_data_dir", IsPath = true)]
    public string? TrainDataDir { get; init; }

    /// <summary>Folder above the &lt;repeats&gt;_&lt;class&gt; subfolders that hold regularisation pictures.</summary>
    [Setting(Aliases = ["RegularizationPath"], Gui = "reg_data_dir", IsPath = true)]
    public string? RegDataDir { get; init; }

    /// <summary>Folder for the LoRA files, states and samples; created if missing.</summary>
    [Setting(Aliases = ["Output"], Gui = "output_dir", IsPath = true)]
    public string? OutputDir { get; init; }

    /// <summary>File name of the LoRA without extension; epochs and steps are appended. Not set: last, with epoch and at in place of it for epochs and steps.</summary>
    [Setting(Gui = "output_name", TrainerDefault = "")]
    public string? OutputName { get; init; } = "last";

    /// <summary>File name of the finished LoRA, without extension.</summary>
    public string FinalName => OutputName ?? "last";

    /// <summary>Root folder for logs; each run gets a dated subfolder.</summary>
    [Setting(Gui = "logging_dir", IsPath = true)]
    public string? LoggingDir { get; init; }

    /// <summary>Metadata JSON that names pictures and captions; TrainDataDir is then the picture folder itself.</summary>
    [Setting(IsPath = true)]
    public string? InJson { get; init; }

    /// <summary>How often each picture of InJson is shown in an epoch.</summary>
    [Setting(Minimum = 1)]
    public int DatasetRepeats { get; init; } = 1;

    /// <summary>TOML or JSON file that describes datasets and subsets; replaces TrainDataDir, RegDataDir and InJson.</summary>
    [Setting(IsPath = true)]
    public string? DatasetConfig { get; init; }
}
