namespace KohyaPS;

/// <summary>What is logged beside the JSON lines of every run.</summary>
public sealed record LoggingSettings : SettingGroup
{
    /// <summary>Log target. TensorBoard events are written whenever LoggingDir is set.</summary>
    [Setting(Gui = "use_wandb")]
    public LogTarget? LogWith { get; init; }

    /// <summary>Prefix of the dated log folder.</summary>
    [Setting]
    public string? LogPrefix { get; init; }

    /// <summary>Name of the log's project. Not set: network_train.</summary>
    [Setting]
    public string? LogTrackerName { get; init; }

    /// <summary>Write the settings, without paths, to the log.</summary>
    [Setting]
    public bool LogConfig { get; init; }
}
