using System.Management.Automation;

namespace KohyaPS.Commands;

public sealed partial class NewLoraConfigCommand
{
    /// <inheritdoc cref="LoggingSettings.LogWith"/>
    [Parameter]
    [Alias("log_with")]
    [ChoiceTransformation(typeof(LogTarget))]
    public LogTarget? LogWith { get; set; }

    /// <inheritdoc cref="LoggingSettings.LogPrefix"/>
    [Parameter]
    [Alias("log_prefix")]
    public string? LogPrefix { get; set; }

    /// <inheritdoc cref="LoggingSettings.LogTrackerName"/>
    [Parameter]
    [Alias("log_tracker_name")]
    public string? LogTrackerName { get; set; }

    /// <inheritdoc cref="LoggingSettings.LogConfig"/>
    [Parameter]
    [Alias("log_config")]
    public SwitchParameter LogConfig { get; set; }
}
