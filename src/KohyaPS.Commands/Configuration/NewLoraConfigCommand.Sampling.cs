using System.Management.Automation;

namespace KohyaPS.Commands;

public sealed partial class NewLoraConfigCommand
{
    /// <inheritdoc cref="SamplingSettings.SampleEveryNSteps"/>
    [Parameter]
    [Alias("sample_every_n_steps")]
    public int? SampleEveryNSteps { get; set; }

    /// <inheritdoc cref="SamplingSettings.SampleEveryNEpochs"/>
    [Parameter]
    [Alias("sample_every_n_epochs")]
    public int? SampleEveryNEpochs { get; set; }

    /// <inheritdoc cref="SamplingSettings.SampleAtFirst"/>
    [Parameter]
    [Alias("sample_at_first")]
    public SwitchParameter SampleAtFirst { get; set; }

    /// <inheritdoc cref="SamplingSettings.SamplePrompts"/>
    [Parameter]
    [Alias("sample_prompts")]
    public string? SamplePrompts { get; set; }

    /// <inheritdoc cref="SamplingSettings.SampleSampler"/>
    [Parameter]
    [Alias("sample_sampler")]
    [ChoiceTransformation(typeof(SampleSampler))]
    public SampleSampler SampleSampler { get; set; }
}
