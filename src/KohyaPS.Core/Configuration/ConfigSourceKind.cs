namespace KohyaPS;

/// <summary>Kinds of files that hold settings of a training.</summary>
public enum ConfigSourceKind
{
    /// <summary>A configuration of KohyaPS.</summary>
    Yaml,

    /// <summary>A configuration or preset of the kohya_ss GUI.</summary>
    GuiJson,

    /// <summary>A config_file of sd-scripts.</summary>
    TrainerToml,

    /// <summary>A dataset_config of sd-scripts, TOML or JSON.</summary>
    DatasetConfig,

    /// <summary>A command line of sd-scripts.</summary>
    CommandLine,

    /// <summary>The metadata of a LoRA file.</summary>
    NetworkMetadata,

    /// <summary>A script that starts sd-scripts.</summary>
    LaunchScript,
}
