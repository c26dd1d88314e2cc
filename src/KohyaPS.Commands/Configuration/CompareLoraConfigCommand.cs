using System.Management.Automation;

namespace KohyaPS.Commands;

/// <summary>Lists the settings in which two LoRA configurations differ.</summary>
/// <remarks>
/// <para>Without a difference configuration, a configuration is compared with the defaults.</para>
/// </remarks>
/// <example>
/// <para>Shows what changed between two files.</para>
/// <code>Compare-LoraConfig (Import-LoraConfig .\old.yaml) (Import-LoraConfig .\new.yaml)</code>
/// </example>
/// <example>
/// <para>Shows what differs from the defaults.</para>
/// <code>Import-LoraConfig .\dog.yaml | Compare-LoraConfig</code>
/// </example>
[Cmdlet(VerbsData.Compare, "LoraConfig")]
[OutputType(typeof(ConfigDifference))]
public sealed class CompareLoraConfigCommand : PSCmdlet
{
    /// <summary>Configuration to compare with the other one.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [LoraConfigTransformation]
    public LoraConfig ReferenceConfig { get; set; } = null!;

    /// <summary>The other configuration. Not given: the defaults.</summary>
    [Parameter(Position = 1)]
    [LoraConfigTransformation]
    public LoraConfig? DifferenceConfig { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() =>
        WriteObject(DifferenceConfig is null ? new LoraConfig().DifferencesTo(ReferenceConfig) : ReferenceConfig.DifferencesTo(DifferenceConfig), enumerateCollection: true);
}
